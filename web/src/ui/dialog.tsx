import { useId, useRef, type ReactElement, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "./button";
import { CloseIcon } from "./icons";

interface Props {
  trigger: (open: () => void) => ReactElement;
  title: string;
  /** What it holds; as a function, it is told how to close. */
  children: ReactNode | ((close: () => void) => ReactNode);
}

/** The browser's own modal dialog: it holds the focus, closes with Escape, and needs no style that a strict CSP forbids. */
export function Dialog({ trigger, title, children }: Props) {
  const { t } = useTranslation();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  return (
    <>
      {trigger(() => dialog.current?.showModal())}
      <dialog
        ref={dialog}
        aria-labelledby={id}
        // A press on the backdrop is a press on the dialog itself, outside of what it holds; a link leads away from it.
        onClick={(event) => (event.target === event.currentTarget || (event.target as Element).closest("a")) && dialog.current?.close()}
        className="mx-auto mt-auto max-h-[90dvh] w-full max-w-full overflow-auto rounded-t-xl border border-line bg-panel text-text shadow-2xl backdrop:bg-black/60 sm:my-auto sm:w-[34rem] sm:rounded-xl"
      >
        <div className="p-5">
          <div className="mb-4 flex items-start justify-between gap-4">
            <h2 id={id} className="pt-1.5 text-lg font-semibold">
              {title}
            </h2>
            <IconButton label={t("common.close")} className="-mt-0.5 -mr-1" onClick={() => dialog.current?.close()}>
              <CloseIcon />
            </IconButton>
          </div>
          {typeof children === "function" ? children(() => dialog.current?.close()) : children}
        </div>
      </dialog>
    </>
  );
}
