/** The first account of a fresh server. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { Problem } from "../../api/errors";
import { makeAccount, signIn } from "../../api/session";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { Field } from "../../kit/field";
import { Input } from "../../kit/input";
import { SessionCard } from "./card";

export function SetupPage() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  useEffect(() => {
    document.title = `${t("setup.title")} · Kapelle`;
  }, []);
  const making = useMutation({
    mutationFn: async () => {
      await makeAccount(username, password, code);
      await signIn(username, password);
    },
    onSuccess: async () => {
      queries.clear();
      await navigate({ to: "/" });
    },
  });
  const failure = making.error instanceof Problem ? making.error : null;
  const needsCode = failure?.status === 403 || code !== "";
  const complaints = failure && failure.violations.length > 0 ? failure.violations.map(({ message }) => message) : null;
  const errors = complaints ?? (making.error ? [making.error.message] : []);
  return (
    <SessionCard title={t("setup.title")}>
      <p className="mb-4 text-muted">{t("setup.hint")}</p>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          making.mutate();
        }}
      >
        <Field label={t("login.username")}>
          {(tied) => (
            <Input
              {...tied}
              autoFocus
              type="email"
              autoComplete="username"
              required
              value={username}
              onChange={(event) => setUsername(event.target.value)}
            />
          )}
        </Field>
        <Field label={t("login.password")} hint={t("setup.password-hint")} errors={needsCode ? [] : errors}>
          {(tied) => (
            <Input
              {...tied}
              type="password"
              autoComplete="new-password"
              required
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
        {needsCode && (
          <Field label={t("setup.code")} hint={t("setup.code-hint")} errors={errors}>
            {(tied) => <Input {...tied} value={code} onChange={(event) => setCode(event.target.value)} />}
          </Field>
        )}
        <Button type="submit" look="primary" isBusy={making.isPending}>
          {t("setup.make")}
        </Button>
      </form>
    </SessionCard>
  );
}
