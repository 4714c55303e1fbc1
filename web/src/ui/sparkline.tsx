/** A quiet line of recent values, newest at the right. Scaled from zero, so that its height means something. */
export function Sparkline({ values, label }: { values: readonly number[]; label: string }) {
  if (values.length < 2) return <div className="h-9" />;
  const top = Math.max(...values, 1e-9) * 1.15;
  const points = values.map((value, i) => `${((i / (values.length - 1)) * 100).toFixed(2)},${(30 - (value / top) * 30).toFixed(2)}`);
  return (
    <svg viewBox="0 0 100 30" preserveAspectRatio="none" className="mt-1 mb-1.5 h-9 w-full" role="img" aria-label={label}>
      <polygon points={`0,30 ${points.join(" ")} 100,30`} fill="var(--accent)" opacity="0.14" />
      <polyline points={points.join(" ")} fill="none" stroke="var(--accent)" strokeWidth="1.5" vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
