import type { ReactNode, SVGProps } from "react";

function Icon({ children, ...rest }: SVGProps<SVGSVGElement> & { children: ReactNode }) {
  return (
    <svg
      width="20"
      height="20"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      {...rest}
    >
      {children}
    </svg>
  );
}

type Props = SVGProps<SVGSVGElement>;
const draw = (children: ReactNode) =>
  function Drawn(props: Props) {
    return <Icon {...props}>{children}</Icon>;
  };

const speaker = <path d="M4 9.500v5h3.500L12 18.500v-13L7.5 9.500Z" />;

export const SoundOnIcon = draw(<>{speaker}<path d="M15.5 9a4.2 4.2 0 0 1 0 6M18 6.500a7.7 7.7 0 0 1 0 11" /></>);
export const SoundOffIcon = draw(<>{speaker}<path d="m16 9.5 5 5m0-5-5 5" /></>);
export const PauseIcon = draw(<path d="M8 5.500v13M16 5.500v13" />);
export const PlayIcon = draw(<path d="M7.5 5v14l11-7Z" fill="currentColor" />);
export const ExpandIcon = draw(<path d="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5" />);
export const ShrinkIcon = draw(<path d="M9 4v5H4M15 4v5h5M9 20v-5H4M15 20v-5h5" />);
export const PipIcon = draw(<><rect x="3" y="5" width="18" height="14" rx="2" /><rect x="12" y="11.5" width="6.5" height="5" rx="1" fill="currentColor" /></>);
export const CopyIcon = draw(<><rect x="9" y="9" width="11" height="11" rx="2" /><path d="M5 15V6a2 2 0 0 1 2-2h8" /></>);
export const CheckIcon = draw(<path d="m5 12.5 4.5 4.500L19 7.5" />);
export const CloseIcon = draw(<path d="m6 6 12 12M18 6 6 18" />);
export const BackIcon = draw(<path d="m14.5 5.5-6.5 6.5 6.5 6.5" />);
export const ViewersIcon = draw(<><path d="M2.5 12C5 7.5 8.3 5.5 12 5.500s7 2 9.5 6.500c-2.5 4.5-5.8 6.5-9.5 6.500s-7-2-9.5-6.500Z" /><circle cx="12" cy="12" r="3" /></>);
export const SunIcon = draw(<><circle cx="12" cy="12" r="4" /><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.400M18.4 5.6 17 7M7 17l-1.4 1.4" /></>);
export const MoonIcon = draw(<path d="M19.5 14A8 8 0 0 1 10 4.5 8 8 0 1 0 19.5 14Z" />);
export const ScreenIcon = draw(<><rect x="3" y="4.5" width="18" height="12" rx="2" /><path d="M9 20h6M12 16.500V20" /></>);
export const UplinkIcon = draw(<path d="M12 19V8M7.5 12 12 7.500l4.5 4.500M5 4.500h14" />);
export const SourcesIcon = draw(<path d="M7 4v14M3.500 14.500 7 18l3.500-3.500M17 20V6M13.500 9.500 17 6l3.500 3.500" />);
export const PlusIcon = draw(<path d="M12 5v14M5 12h14" />);
export const NextIcon = draw(<><path d="M6.500 5.500v13l9-6.500Z" fill="currentColor" /><path d="M18 5.500v13" /></>);
export const UpIcon = draw(<path d="M12 18V6.500M7 11.500l5-5 5 5" />);
export const DownIcon = draw(<path d="M12 6v11.500M7 12.500l5 5 5-5" />);
export const TrashIcon = draw(<path d="M4.500 7h15M9.500 7V4.500h5V7M6.500 7l.8 12.500h9.400L17.500 7M10.500 10.500v5.500M13.500 10.500v5.500" />);
export const RestartIcon = draw(<path d="M18.500 9.500A7 7 0 1 0 19 13M19 4.500v5h-5" />);
export const StopIcon = draw(<rect x="6.500" y="6.500" width="11" height="11" rx="1.500" />);
export const CameraIcon = draw(<><path d="M3.5 8a2 2 0 0 1 2-2h8a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-8a2 2 0 0 1-2-2Z" /><path d="m15.5 10.500 5-2.800v8.600l-5-2.800" /></>);
export const WarnIcon = draw(<><path d="M12 4 2.8 19.500h18.400Z" /><path d="M12 10v4.500M12 17v.1" /></>);

/** The falcon's eye. */
export function Mark(props: Props) {
  return (
    <svg width="30" height="22" viewBox="2 5 28 22" fill="none" aria-hidden="true" {...props}>
      <path d="M3.5 16C7 9.5 11.3 6.5 16 6.500S25 9.5 28.5 16C25 22.5 20.7 25.5 16 25.500S7 22.5 3.5 16Z" stroke="var(--accent)" strokeWidth="2" />
      <circle cx="16" cy="16" r="5.2" fill="var(--eye)" />
      <circle cx="16" cy="16" r="2.2" fill="var(--ground)" />
    </svg>
  );
}
