import { useTranslation } from "react-i18next";

/** What is wrong, in words; the server's detail when one points at it. */
export function AlarmBadges({ alarms }: { alarms: { kind: string; since: string; detail: string }[] }) {
  const { t } = useTranslation();
  return alarms.map((alarm) => (
    <span
      key={alarm.kind}
      data-testid="alarm"
      data-kind={alarm.kind}
      title={alarm.detail}
      className="inline-flex h-6 items-center gap-1.5 rounded border border-warn bg-warn-ground px-2 text-xs font-semibold text-warn"
    >
      <span aria-hidden="true">!</span>
      {t(`alarms.${alarm.kind}`, alarm.kind)}
    </span>
  ));
}
