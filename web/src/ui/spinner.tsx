export function Spinner() {
  return <span aria-hidden="true" className="sweep inline-block size-8 rounded-full border-[3px] border-white/20 border-t-white" />;
}
