/** Every part of the kit in all its states, in builds for developers. */

import { Copy, Plus } from "lucide-react";
import { type ReactNode, useState } from "react";
import { STATES } from "../../api/types";
import { prefer, THEMES, usePreferences } from "../../app/preferences";
import { defaultForm } from "../../i18n/format";
import { Badge } from "../../kit/badge";
import { Banner } from "../../kit/banner";
import { Button, IconButton } from "../../kit/button";
import { Checkbox, RadioGroup, Switch } from "../../kit/choices";
import { CodeBlock } from "../../kit/codeblock";
import { Combobox } from "../../kit/combobox";
import { type DateRange, DateRangePicker } from "../../kit/daterange";
import { Dialog, Sheet } from "../../kit/dialog";
import { Field } from "../../kit/field";
import { Input, TextArea } from "../../kit/input";
import { LINK, NAME_LINK } from "../../kit/link";
import { Menu, MenuCheck, MenuItem, MenuLine } from "../../kit/menu";
import { EmptyState, Failure, PageHead, Skeleton } from "../../kit/page";
import { Pages } from "../../kit/pages";
import { Select } from "../../kit/select";
import { SplitPane } from "../../kit/splitpane";
import { StateMark } from "../../kit/statemark";
import { Table } from "../../kit/table";
import { tellDone, tellFailure } from "../../kit/toast";
import { Tree } from "../../kit/tree";
import { VirtualList } from "../../kit/virtuallist";

export function KitPage() {
  const { theme } = usePreferences();
  return (
    <main>
      <PageHead
        title="Kit"
        name="Kit"
        actions={
          <Select
            aria-label="Theme"
            value={theme}
            onChange={(next) => prefer({ theme: next })}
            options={THEMES.map((one) => ({ value: one, label: one }))}
          />
        }
      />
      <div className="grid grid-cols-2 gap-6 p-4 max-narrow:grid-cols-1">
        <Buttons />
        <Fields />
        <Choices />
        <Overlays />
        <Show title="States">
          {STATES.map((state) => (
            <StateMark key={state} state={state} />
          ))}
          <Badge>env: prod</Badge>
        </Show>
        <Lists />
        <Show title="Pages">
          <Banner actions={<Button>Do it</Button>}>Something to know.</Banner>
          <Banner kind="warning">Something to mind.</Banner>
          <EmptyState title="Nothing here" actions={<Button look="primary">Begin</Button>}>
            What this is.
          </EmptyState>
          <Failure error={new Error("it did not work")} onRetry={() => {}} />
          <Skeleton rows={3} awaited="rows" />
        </Show>
        <Show title="Code and trees">
          <CodeBlock label="A flow" text={"id: hello\nnamespace: company.team"} />
          <Tree
            label="Tree"
            branches={[{ id: "a", row: "a", isOpenAtFirst: true, below: () => [{ id: "b", row: "b" }] }]}
          />
          <div className="h-24 w-full border border-border">
            <SplitPane first={<p className="p-2">first</p>} second={<p className="p-2">second</p>} />
          </div>
          <VirtualList
            label="Many"
            count={10_000}
            rowHeight={24}
            row={(index) => `row ${index}`}
            className="h-24 w-full overflow-auto"
          />
        </Show>
      </div>
    </main>
  );
}

function Show({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="min-w-0">
      <h2 className="mb-2 font-semibold text-section">{title}</h2>
      <div className="flex flex-wrap items-center gap-3">{children}</div>
    </section>
  );
}

function Buttons() {
  return (
    <Show title="Buttons and links">
      <Button>Plain</Button>
      <Button look="primary">Primary</Button>
      <Button look="danger">Danger</Button>
      <Button look="quiet">Quiet</Button>
      <Button disabled>Disabled</Button>
      <Button isBusy>Busy</Button>
      <Button icon={<Plus size={14} />}>With icon</Button>
      <IconButton label="Copy" icon={<Copy size={16} />} />
      <a href="#kit" className={LINK}>
        To the kit
      </a>
      <a href="#kit" className={NAME_LINK}>
        name_of_a_row
      </a>
    </Show>
  );
}

function Fields() {
  const [range, setRange] = useState<DateRange>({ kind: "last", duration: "PT24H" });
  return (
    <Show title="Fields">
      <Field label="Text" hint="A hint" isRequired>
        {(tied) => <Input {...tied} placeholder="placeholder" />}
      </Field>
      <Field label="Wrong" errors={["is not a number"]}>
        {(tied) => <Input {...tied} defaultValue="x" />}
      </Field>
      <Field label="Disabled">{(tied) => <Input {...tied} disabled defaultValue="x" />}</Field>
      <Field label="Many lines">{(tied) => <TextArea {...tied} rows={2} />}</Field>
      <DateRangePicker value={range} onChange={setRange} form={defaultForm()} />
    </Show>
  );
}

function Choices() {
  const [isOn, setOn] = useState(true);
  const [chosen, setChosen] = useState("a");
  const [many, setMany] = useState<readonly string[]>(["red"]);
  const options = ["a", "b", "c"].map((value) => ({ value, label: value }));
  return (
    <Show title="Choices">
      <Checkbox label="Checkbox" checked={isOn} onChange={setOn} />
      <Checkbox label="Some" checked="indeterminate" onChange={() => {}} />
      <Switch label="Switch" checked={isOn} onChange={setOn} />
      <RadioGroup label="Radio" value={chosen} onChange={setChosen} options={options} />
      <Select aria-label="Select" value={chosen} onChange={setChosen} options={options} />
      <Combobox
        label="Combobox"
        values={many}
        onChange={setMany}
        options={["red", "green", "blue"]}
        isMany
        hasOwnValues
      />
    </Show>
  );
}

function Overlays() {
  const [open, setOpen] = useState<"dialog" | "sheet" | null>(null);
  return (
    <Show title="Over the page">
      <Button onClick={() => setOpen("dialog")}>Dialog</Button>
      <Button onClick={() => setOpen("sheet")}>Sheet</Button>
      <Menu trigger={<Button>Menu</Button>}>
        <MenuItem onChoose={() => tellDone("Chosen.")}>Choose</MenuItem>
        <MenuCheck checked onChange={() => {}}>
          Checked
        </MenuCheck>
        <MenuLine />
        <MenuItem onChoose={() => {}} whyNot="Not in this state">
          Not now
        </MenuItem>
      </Menu>
      <Button onClick={() => tellDone("It is done.")}>Notice</Button>
      <Button onClick={() => tellFailure(new Error("It did not work."))}>Failure</Button>
      <Dialog
        title="Dialog"
        isOpen={open === "dialog"}
        onClose={() => setOpen(null)}
        actions={<Button look="primary">Do it</Button>}
      >
        It asks one thing.
      </Dialog>
      <Sheet title="Sheet" isOpen={open === "sheet"} onClose={() => setOpen(null)}>
        It stands beside the page.
      </Sheet>
    </Show>
  );
}

function Lists() {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [page, setPage] = useState(1);
  return (
    <Show title="Table">
      <Table
        label="Table"
        rows={[
          { id: "one", size: 1 },
          { id: "two", size: 22 },
        ]}
        rowKey={({ id }) => id}
        rowName={({ id }) => id}
        selection={{ chosen, onChange: setChosen }}
        sort="id:asc"
        onSort={() => {}}
        columns={[
          { id: "id", title: "Id", sort: "id", isWide: true, cell: ({ id }) => id },
          { id: "size", title: "Size", isNumber: true, cell: ({ size }) => size },
        ]}
      />
      <Pages page={page} size={25} total={80} onPage={setPage} />
    </Show>
  );
}
