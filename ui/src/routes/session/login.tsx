/** Signing in; afterwards the browser is where it wanted to go. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { Problem } from "../../api/errors";
import { hasAccount, signIn } from "../../api/session";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { Field } from "../../kit/field";
import { Input } from "../../kit/input";
import { SessionCard } from "./card";

/** What went wrong, for a person at a login: the server only says "Unauthorized". */
function words(error: Error): string {
  if (error instanceof Problem && error.status === 401) return t("login.wrong");
  if (error instanceof Problem && error.retryAfterSeconds !== null) {
    return t("login.wait", { message: error.message, count: error.retryAfterSeconds });
  }
  return error.message;
}

export function LoginPage() {
  const { from } = useSearch({ from: "/login" });
  const navigate = useNavigate();
  const router = useRouter();
  const queries = useQueryClient();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const account = useQuery({ queryKey: ["account"], queryFn: ({ signal }) => hasAccount(signal), retry: false });
  useEffect(() => {
    document.title = `${t("login.title")} · Kapelle`;
    if (account.data === false) void navigate({ to: "/setup", replace: true });
  }, [account.data, navigate]);
  const entering = useMutation({
    mutationFn: () => signIn(username, password),
    onSuccess: () => {
      queries.clear();
      // Only addresses below this page: a link must not send people elsewhere after their password.
      router.history.push(
        from?.startsWith("/") && !from.startsWith("//") ? router.basepath.replace(/\/$/, "") + from : router.basepath,
      );
    },
  });
  return (
    <SessionCard title={t("login.title")}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          entering.mutate();
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
        <Field label={t("login.password")} errors={entering.error ? [words(entering.error)] : []}>
          {(tied) => (
            <Input
              {...tied}
              type="password"
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" look="primary" isBusy={entering.isPending}>
          {t("login.enter")}
        </Button>
      </form>
    </SessionCard>
  );
}
