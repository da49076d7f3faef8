/** Theme, keys, help and signing out. */

import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { CircleUser, Keyboard, LogOut } from "lucide-react";
import { signOut } from "../api/session";
import { t } from "../i18n/text";
import { IconButton } from "../kit/button";
import { Menu, MenuCheck, MenuItem, MenuLabel, MenuLine } from "../kit/menu";
import { tellFailure } from "../kit/toast";
import { prefer, THEMES, usePreferences } from "./preferences";

export function UserMenu({ onHelp }: { readonly onHelp: () => void }) {
  const { theme, hasShortcuts } = usePreferences();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const leave = async () => {
    try {
      await signOut();
      queries.clear();
      await navigate({ to: "/login" });
    } catch (error) {
      tellFailure(error);
    }
  };
  return (
    <Menu trigger={<IconButton label={t("user.menu")} icon={<CircleUser size={18} />} />}>
      <MenuLabel>{t("user.theme")}</MenuLabel>
      {THEMES.map((one) => (
        <MenuCheck key={one} checked={theme === one} onChange={() => prefer({ theme: one })}>
          {t(`theme.${one}`)}
        </MenuCheck>
      ))}
      <MenuLine />
      <MenuCheck checked={hasShortcuts} onChange={(checked) => prefer({ hasShortcuts: checked })}>
        {t("user.shortcuts")}
      </MenuCheck>
      <MenuItem icon={<Keyboard size={14} />} onChoose={onHelp}>
        {t("keys.title")}
      </MenuItem>
      <MenuLine />
      <MenuItem icon={<LogOut size={14} />} onChoose={() => void leave()}>
        {t("user.sign-out")}
      </MenuItem>
    </Menu>
  );
}
