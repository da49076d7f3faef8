import { cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Confirm } from "../features/actions/confirm";
import { Button } from "./button";
import { Combobox, matching } from "./combobox";
import { Field } from "./field";
import { Input } from "./input";
import { Menu, MenuItem } from "./menu";
import { Pages } from "./pages";
import { SplitPane } from "./splitpane";
import { nextSort, Table } from "./table";
import { Tabs } from "./tabs";
import { Toasts, tellDone, tellFailure } from "./toast";
import { TooltipProvider } from "./tooltip";
import { Tree } from "./tree";

afterEach(cleanup);

const show = (part: React.ReactNode) => render(<TooltipProvider>{part}</TooltipProvider>);

const opened = vi.fn();

function ExampleTable() {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  return (
    <Table
      label="Flows"
      rows={[{ id: "a" }, { id: "b" }, { id: "c" }]}
      rowKey={({ id }) => id}
      rowName={({ id }) => id}
      columns={[
        { id: "id", title: "Id", isFixed: true, cell: ({ id }) => id },
        { id: "other", title: "Other", cell: () => "x" },
      ]}
      hidden={["id", "other"]}
      selection={{ chosen, onChange: setChosen }}
      onOpen={({ id }) => opened(id)}
    />
  );
}

function ExampleCombobox({ isMany = false }: { readonly isMany?: boolean }) {
  const [values, setValues] = useState<readonly string[]>([]);
  return (
    <>
      <Combobox
        label="Colour"
        values={values}
        onChange={setValues}
        options={["red", "green", "dark green"]}
        isMany={isMany}
        hasOwnValues
      />
      <output>{values.join("|")}</output>
    </>
  );
}

describe("a table", () => {
  it("is walked, selected and opened by keys", async () => {
    show(<ExampleTable />);
    const rows = screen.getAllByRole("row").slice(1);
    rows[0]?.focus();
    await userEvent.keyboard("jjjkx{Enter}");
    expect(document.activeElement).toBe(rows[1]);
    expect(rows[1]?.getAttribute("aria-selected")).toBe("true");
    expect(opened).toHaveBeenCalledExactlyOnceWith("b");
  });

  it("selects the page, and a part of it is neither all nor nothing", async () => {
    show(<ExampleTable />);
    const page = screen.getByRole("checkbox", { name: /all rows/ });
    await userEvent.click(screen.getByRole("checkbox", { name: "Select b" }));
    expect(page.getAttribute("aria-checked")).toBe("mixed");
    await userEvent.click(page);
    expect(screen.getAllByRole("checkbox", { checked: true })).toHaveLength(4);
    await userEvent.click(page);
    expect(screen.queryAllByRole("checkbox", { checked: true })).toHaveLength(0);
  });

  it("hides columns, but not the one that names the row", () => {
    show(<ExampleTable />);
    expect(screen.getByRole("columnheader", { name: "Id" })).toBeTruthy();
    expect(screen.queryByRole("columnheader", { name: "Other" })).toBeNull();
  });

  it("is sorted downwards first", () => {
    expect(nextSort(undefined, "id")).toBe("id:desc");
    expect(nextSort("id:desc", "id")).toBe("id:asc");
    expect(nextSort("id:asc", "id")).toBe("id:desc");
  });
});

describe("a combobox", () => {
  it("finds what contains the text, beginnings first", () => {
    expect(matching(["dark green", "red", "green"], "GRE")).toEqual(["green", "dark green"]);
    expect(matching(["a", "b"], "")).toEqual(["a", "b"]);
  });

  it("is used by keys, with values of one's own", async () => {
    show(<ExampleCombobox isMany />);
    await userEvent.click(screen.getByRole("combobox", { name: "Colour" }));
    await userEvent.keyboard("gre{ArrowDown}{Enter}blue{Enter}");
    expect(screen.getByRole("status").textContent).toBe("dark green|blue");
    await userEvent.keyboard("{Backspace}");
    expect(screen.getByRole("status").textContent).toBe("dark green");
  });

  it("holds one value when one is wanted", async () => {
    show(<ExampleCombobox />);
    await userEvent.click(screen.getByRole("combobox", { name: "Colour" }));
    await userEvent.keyboard("red{Enter}");
    await userEvent.keyboard("green{Enter}");
    expect(screen.getByRole("status").textContent).toBe("green");
  });
});

it("a tree is opened, walked and closed by arrows", async () => {
  const branches = [
    { id: "a", row: "a", below: () => [{ id: "a1", row: "a1" }] },
    { id: "b", row: "b" },
  ];
  show(<Tree label="Values" branches={branches} />);
  const name = () => document.activeElement?.textContent;
  screen.getByRole("treeitem", { name: "a" }).focus();
  await userEvent.keyboard("{ArrowRight}{ArrowRight}");
  expect(name()).toBe("a1");
  await userEvent.keyboard("{ArrowDown}");
  expect(name()).toBe("b");
  await userEvent.keyboard("{ArrowUp}{ArrowLeft}{ArrowLeft}");
  expect(document.activeElement?.getAttribute("aria-expanded")).toBe("false");
  expect(screen.queryByText("a1")).toBeNull();
});

describe("a question", () => {
  const sure = vi.fn();
  const ask = (typed?: string) =>
    show(
      <Confirm title="Delete?" verb="Delete" isOpen onClose={() => {}} onConfirm={sure} {...(typed ? { typed } : {})}>
        It is gone then.
      </Confirm>,
    );
  afterEach(() => sure.mockReset());

  it("is answered by Enter", async () => {
    ask();
    await userEvent.keyboard("{Enter}");
    expect(sure).toHaveBeenCalledOnce();
  });

  it("about the worst wants the name typed", async () => {
    ask("load_orders");
    const confirm = screen.getByRole("button", { name: "Delete" });
    expect(confirm).toHaveProperty("disabled", true);
    await userEvent.keyboard("load_order{Enter}");
    expect(sure).not.toHaveBeenCalled();
    await userEvent.keyboard("s{Enter}");
    expect(sure).toHaveBeenCalledOnce();
  });
});

it("a menu says why something cannot be chosen", async () => {
  const chosen = vi.fn();
  show(
    <Menu trigger={<Button>More</Button>}>
      <MenuItem onChoose={chosen} whyNot="It has ended">
        Kill
      </MenuItem>
      <MenuItem onChoose={chosen}>Replay</MenuItem>
    </Menu>,
  );
  await userEvent.click(screen.getByRole("button", { name: "More" }));
  const kill = screen.getByRole("menuitem", { name: /It has ended/ });
  expect(kill.getAttribute("aria-disabled")).toBe("true");
  await userEvent.click(screen.getByRole("menuitem", { name: "Replay" }));
  expect(chosen).toHaveBeenCalledOnce();
});

it("a field ties its hint and its errors to the control", () => {
  show(
    <Field label="Count" hint="At most ten" errors={["is too large"]} isRequired>
      {(tied) => <Input {...tied} />}
    </Field>,
  );
  const input = screen.getByRole("textbox", { name: /Count/ });
  const described = (input.getAttribute("aria-describedby") ?? "")
    .split(" ")
    .map((id) => document.getElementById(id)?.textContent);
  expect(described).toEqual(["At most ten", "is too large"]);
  expect(input.getAttribute("aria-invalid")).toBe("true");
});

it("arrows move between tabs", async () => {
  show(
    <Tabs label="Parts">
      <a href="#one">One</a>
      <a href="#two">Two</a>
    </Tabs>,
  );
  screen.getByText("One").focus();
  await userEvent.keyboard("{ArrowRight}");
  expect(document.activeElement?.textContent).toBe("Two");
  await userEvent.keyboard("{ArrowRight}");
  expect(document.activeElement?.textContent).toBe("One");
});

it("pages end where the rows end", async () => {
  const go = vi.fn();
  show(<Pages page={2} size={25} total={30} onPage={go} />);
  expect(screen.getByText("26–30 of 30")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Next page" })).toHaveProperty("disabled", true);
  await userEvent.click(screen.getByRole("button", { name: "Previous page" }));
  expect(go).toHaveBeenCalledWith(1);
});

it("a divider is moved by keys and never hides a part", async () => {
  show(<SplitPane share={16} first="a" second="b" />);
  const divider = screen.getByRole("separator");
  divider.focus();
  await userEvent.keyboard("{ArrowLeft}{ArrowLeft}{ArrowLeft}");
  expect(divider.getAttribute("aria-valuenow")).toBe("15");
});

it("notices of failures say what the server said, and stay until they are closed", async () => {
  show(<Toasts />);
  tellDone("Saved.");
  tellFailure(Object.assign(new Error("Invalid entity"), { violations: [{ message: "tasks: must not be empty" }] }));
  const notices = await screen.findByRole("region", { name: /Notices/ });
  expect(within(notices).getByText("tasks: must not be empty")).toBeTruthy();
  within(notices).getAllByRole("button", { name: "Close" })[1]?.focus();
  await userEvent.keyboard("{Enter}");
  expect(within(notices).queryByText("tasks: must not be empty")).toBeNull();
});
