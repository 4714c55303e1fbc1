import { useState, type FormEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { addPull, addPush } from "@/api/client";
import type { NewPull, NewPush } from "@/api/contract";
import { useTransferAction } from "@/api/hooks";
import { Button } from "@/ui/button";
import { CheckField, Field } from "@/ui/field";
import { Notice } from "@/ui/notice";
import { BadLine, parseOptions, type Options } from "./options_text";

/** The frame of both forms: what the server says against it stands above its buttons. */
function Form({ error, busy, onSubmit, onCancel, children }: { error: Error | null; busy: boolean; onSubmit: () => void; onCancel: () => void; children: ReactNode }) {
  const { t } = useTranslation();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form onSubmit={submit} className="space-y-4">
      {children}
      {error && (
        <div data-testid="form-error">
          <Notice tone="bad">{error.message}</Notice>
        </div>
      )}
      <div className="flex justify-end gap-2 pt-1">
        <Button onClick={onCancel}>{t("sources.cancel")}</Button>
        <Button kind="main" type="submit" disabled={busy}>
          {t("sources.save")}
        </Button>
      </div>
    </form>
  );
}

/** The options that were written, or which line is wrong. */
function useOptions() {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [bad, setBad] = useState<string>();
  const read = (): Options | null => {
    try {
      setBad(undefined);
      return parseOptions(text);
    } catch (error) {
      if (error instanceof BadLine) setBad(t("sources.options_bad", { line: error.line }));
      return null;
    }
  };
  const field = <Field label={t("sources.options")} hint={t("sources.options_hint")} error={bad} value={text} lines={2} onChange={setText} />;
  return { read, field };
}

export function AddPullForm({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [url, setUrl] = useState("");
  const [onDemand, setOnDemand] = useState(false);
  const [rank, setRank] = useState("0");
  const options = useOptions();
  const add = useTransferAction((pull: NewPull) => addPull(pull));
  const template = name.includes("{");
  const submit = () => {
    const read = options.read();
    if (!read) return;
    add.mutate({ name: name.trim(), url: url.trim(), on_demand: onDemand || template, rank: Number(rank) || 0, options: read }, { onSuccess: onDone });
  };
  return (
    <Form error={add.error} busy={add.isPending} onSubmit={submit} onCancel={onDone}>
      <Field label={t("sources.name")} hint={t("sources.name_hint")} value={name} required onChange={setName} />
      <Field label={t("sources.url")} hint={t("sources.url_hint")} value={url} required onChange={setUrl} />
      <CheckField label={t("sources.demand")} hint={t("sources.demand_hint")} checked={onDemand || template} disabled={template} onChange={setOnDemand} />
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t("sources.rank_label")} hint={t("sources.rank_hint")} value={rank} type="number" onChange={setRank} />
        {options.field}
      </div>
    </Form>
  );
}

export function AddPushForm({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const [stream, setStream] = useState("");
  const [url, setUrl] = useState("");
  const options = useOptions();
  const add = useTransferAction((push: NewPush) => addPush(push));
  const submit = () => {
    const read = options.read();
    if (read) add.mutate({ stream: stream.trim(), url: url.trim(), options: read }, { onSuccess: onDone });
  };
  return (
    <Form error={add.error} busy={add.isPending} onSubmit={submit} onCancel={onDone}>
      <Field label={t("sources.stream")} hint={t("sources.stream_hint")} value={stream} required onChange={setStream} />
      <Field label={t("sources.url")} hint={t("sources.url_push_hint")} value={url} required onChange={setUrl} />
      {options.field}
    </Form>
  );
}
