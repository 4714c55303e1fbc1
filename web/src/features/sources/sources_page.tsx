import { Fragment, useState, type ReactElement, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { changePull, changePush, dropPull, dropPush, restartPull, restartPush } from "@/api/client";
import { usePulls, usePushes } from "@/api/hooks";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { PlusIcon } from "@/ui/icons";
import { Notice } from "@/ui/notice";
import { useTitle } from "@/ui/title";
import { AddPullForm, AddPushForm } from "./add_form";
import { FilesSection } from "./files_section";
import { TransferRow } from "./transfer_row";

export function SourcesPage() {
  const { t } = useTranslation();
  useTitle(t("sources.title"));
  const pulls = usePulls();
  const pushes = usePushes();
  return (
    <div className="mx-auto max-w-5xl px-4 py-6 sm:px-6 sm:py-8">
      <h1 className="text-2xl font-semibold tracking-tight">{t("sources.title")}</h1>
      <p className="mt-1 mb-6 max-w-2xl text-sm text-balance text-muted">{t("sources.text")}</p>
      {(pulls.isError || pushes.isError) && (
        <div className="mb-5">
          <Notice tone="bad">{t("sources.lost")}</Notice>
        </div>
      )}
      <Section kind="pulls" add={<Add title={t("sources.add_pull")} form={(close) => <AddPullForm onDone={close} />} />}>
        {pulls.data?.map((pull) => (
          <TransferRow
            key={`${pull.name} ${pull.rank} ${pull.stream}`}
            kind="pull"
            row={pull}
            name={pull.name}
            actions={{ restart: () => restartPull(pull), enable: (enabled) => changePull(pull, { enabled }), drop: () => dropPull(pull) }}
          />
        ))}
      </Section>
      <Section kind="pushes" add={<Add title={t("sources.add_push")} form={(close) => <AddPushForm onDone={close} />} />}>
        {pushes.data?.map((push) => (
          <TransferRow
            key={`${push.id} ${push.stream}`}
            kind="push"
            row={push}
            name={push.id}
            actions={{ restart: () => restartPush(push), enable: (enabled) => changePush(push, { enabled }), drop: () => dropPush(push) }}
          />
        ))}
      </Section>
      <FilesSection />
    </div>
  );
}

/** `children` is undefined while the server has not answered. */
function Section({ kind, add, children }: { kind: "pulls" | "pushes"; add: ReactElement; children: ReactElement[] | undefined }) {
  const { t } = useTranslation();
  return (
    <section data-testid={kind} className="mb-10">
      <div className="mb-3 flex flex-wrap items-end justify-between gap-3">
        <div>
          <h2 className="text-lg font-semibold">{t(`sources.${kind}`)}</h2>
          <p className="text-sm text-muted">{t(`sources.${kind}_text`)}</p>
        </div>
        {add}
      </div>
      {!children && <p className="text-muted">{t("sources.loading")}</p>}
      {children?.length === 0 && <p className="rounded-lg border border-dashed border-line px-4 py-8 text-center text-sm text-balance text-muted">{t(`sources.${kind}_empty`)}</p>}
      {children && children.length > 0 && <ul className="space-y-3">{children}</ul>}
    </section>
  );
}

function Add({ title, form }: { title: string; form: (close: () => void) => ReactNode }) {
  // A form that was done with is empty when it is opened again.
  const [round, setRound] = useState(0);
  return (
    <Dialog
      title={title}
      trigger={(open) => (
        <Button onClick={open}>
          <PlusIcon width="18" height="18" />
          {title}
        </Button>
      )}
    >
      {(close) => (
        <Fragment key={round}>
          {form(() => {
            close();
            setRound(round + 1);
          })}
        </Fragment>
      )}
    </Dialog>
  );
}
