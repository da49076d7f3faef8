//! Inputs: their ids, their types, what depends on what.

use crate::play::{Row, constraint, play, row};

#[test]
fn what_inputs_break_is_told_in_the_words_of_the_specification() {
    play(&[NAMES, DEPENDENCIES, DEFAULTS, TYPES, FORMS].concat(), constraint);
}

const NAMES: &[Row] = &[
    row(
        "an input id stands once",
        "inputs: [{id: a, type: STRING}, {id: «a», type: INT}]",
        &["Duplicate input with name [a]"],
    ),
    row(
        "an old name is an id",
        "inputs: [{name: a, type: STRING}, {id: «a», type: INT}]",
        &["Duplicate input with name [a]"],
    ),
    row(
        "an input of a form does not stand twice",
        "inputs: [{id: f, type: FORM, inputs: [{id: a, type: STRING}, {id: «a», type: INT}]}]",
        &["Duplicate input path [f.a]"],
    ),
    row(
        "an input of a form is not called like one outside",
        "inputs: [{id: f.a, type: INT}, {id: f, type: FORM, inputs: [{id: «a», type: STRING}]}]",
        &["Duplicate input path [f.a]"],
    ),
    row(
        "no input is the beginning of another",
        "inputs: [{id: a, type: STRING}, {id: «a.b», type: INT}]",
        &["Input path 'a' conflicts with 'a.b'; one cannot be nested under the other."],
    ),
    row(
        "no input is the beginning of another, whichever comes first",
        "inputs: [{id: «a.b.c», type: STRING}, {id: a.b, type: INT}]",
        &["Input path 'a.b' conflicts with 'a.b.c'; one cannot be nested under the other."],
    ),
    row(
        "inputs side by side under one name are fine",
        "inputs: [{id: a.b, type: STRING}, {id: a.c, type: INT}]",
        &[],
    ),
    row(
        "an input id is made of letters, digits, dots, dashes and underscores",
        "inputs: [{id: «wrong one», type: STRING}]",
        &["wrong one.id: must match \"^[a-zA-Z0-9][.a-zA-Z0-9_-]*\""],
    ),
    row("an input has an id", "inputs: [{«type»: STRING}]", &["inputs[0].id: must not be null"]),
    row("an input has a type", "inputs: [{«id»: a}]", &["Invalid type: <null>"]),
    row("the type of an input is known", "inputs: [{id: a, type: «FOO»}]", &["Invalid type: FOO"]),
    row(
        "the type of an input is written in capitals",
        "inputs: [{id: a, type: «string»}]",
        &["Invalid type: string"],
    ),
    row(
        "an output has an id and a value",
        "outputs:\n- {«id»: a}\n- {«value»: b}",
        &["a.value: must not be null", "outputs[1].id: must not be null"],
    ),
    row(
        "an output has no type of its elements",
        "outputs: [{id: o, type: ARRAY, «itemType»: STRING, value: x}]",
        &["Unrecognized field \"itemType\""],
    ),
];

const DEPENDENCIES: &[Row] = &[
    row(
        "an input depends on one that exists",
        "inputs: [{id: a, type: STRING, dependsOn: {inputs: [«b»]}}]",
        &["Input with id 'a' depends on a non-existent input 'b'."],
    ),
    row(
        "inputs do not depend on each other",
        "inputs: [{id: «a», type: STRING, dependsOn: {inputs: [b]}}, {id: «b», type: STRING, dependsOn: {inputs: [a]}}]",
        &[
            "Cycle dependency detected for input with id 'a': [a, b]",
            "Cycle dependency detected for input with id 'b': [a, b]",
        ],
    ),
    row(
        "an input does not depend on itself",
        "inputs: [{id: «a», type: STRING, dependsOn: {inputs: [a]}}]",
        &["Cycle dependency detected for input with id 'a': [a]"],
    ),
    row(
        "what depends on a cycle is no part of it",
        "inputs: [{id: c, type: STRING, dependsOn: {inputs: [a]}}, {id: «a», type: STRING, dependsOn: {inputs: [a]}}]",
        &["Cycle dependency detected for input with id 'a': [a]"],
    ),
    row(
        "an input may depend on one that comes later",
        "inputs: [{id: a, type: STRING, dependsOn: {inputs: [b]}}, {id: b, type: BOOL}]",
        &[],
    ),
    row(
        "siblings in a form are named by their whole path",
        "inputs: [{id: f, type: FORM, inputs: [{id: a, type: BOOL}, {id: b, type: STRING, dependsOn: {inputs: [«a», f.a]}}]}]",
        &["Input with id 'f.b' depends on a non-existent input 'a'."],
    ),
];

const DEFAULTS: &[Row] = &[
    row(
        "a default makes an input required",
        "inputs: [{id: p, type: STRING, required: false, «defaults»: x}]",
        &["p: Inputs with a default value must be required, since the default is always applied."],
    ),
    row(
        "a default and a prefill exclude each other",
        "inputs: [{id: p, type: STRING, defaults: x, «prefill»: y}]",
        &["p: Inputs with a default value cannot also have a prefill."],
    ),
    row(
        "a prefill alone is for optional inputs",
        "inputs: [{id: p, type: STRING, required: false, prefill: y}]",
        &[],
    ),
    row("a default of null is none", "inputs: [{id: p, type: STRING, required: false, defaults: null}]", &[]),
    row(
        "the default of a file is a file",
        "inputs: [{id: f, type: FILE, defaults: «something»}]",
        &["f: inputs of type 'FILE' only support `defaults` as local files using a file URI scheme or \
             as namespace files using a nsfile URI scheme"],
    ),
    row(
        "namespace files and local files are defaults of a file, and expressions may give one",
        "inputs: [{id: a, type: FILE, defaults: 'nsfile:///x.csv'}, {id: b, type: FILE, defaults: 'file:///x'}, \
         {id: c, type: FILE, defaults: \"{{ kv('x') }}\"}]",
        &[],
    ),
    row(
        "the default of a choice is one of its values",
        "inputs: [{id: a, type: SELECT, values: [x, y], defaults: «z»}, {id: b, type: SELECT, values: [x], defaults: z, allowCustomValue: true}]",
        &["error input-default: the default `z` is not one of the values"],
    ),
];

const TYPES: &[Row] = &[
    row(
        "elements of an array are single values",
        "
inputs:
  - {id: a, type: ARRAY, itemType: «ARRAY»}
  - {id: b, type: ARRAY, itemType: «MULTISELECT»}
  - {id: c, type: ARRAY, itemType: «SELECT»}
  - {id: d, type: ARRAY, itemType: «ENUM»}
  - {id: e, type: MULTISELECT, values: [x], itemType: «SECRET»}
",
        &[
            "a: `itemType` cannot be ARRAY",
            "b: `itemType` cannot be MULTISELECT",
            "c: `itemType` cannot be SELECT",
            "d: `itemType` cannot be ENUM",
            "e: `itemType` cannot be SECRET",
        ],
    ),
    row("an array says what is in it", "inputs: [{«id»: a, type: ARRAY}]", &["a.itemType: must not be null"]),
    row("an enumeration has values", "inputs: [{«id»: a, type: ENUM}]", &["a.values: must not be null"]),
    row(
        "a choice has values, or an expression that gives them",
        "inputs: [{id: «a», type: SELECT}, {id: «b», type: MULTISELECT}, {id: c, type: SELECT, expression: \"{{ kv('x') }}\"}]",
        &[
            "warning property-missing: input `a` has neither `values` nor `expression`",
            "warning property-missing: input `b` has neither `values` nor `expression`",
        ],
    ),
    row(
        "a choice has only one of the two",
        "inputs: [{id: a, type: SELECT, values: [x], «expression»: \"{{ kv('x') }}\"}]",
        &["a: `values` and `expression` exclude each other"],
    ),
    row(
        "values and their old name exclude each other",
        "inputs: [{id: a, type: MULTISELECT, values: [x], «options»: [y]}]",
        &["a: `values` and `options` exclude each other"],
    ),
    row(
        "a validator is a regular expression",
        "inputs: [{id: a, type: STRING, validator: «'['»}, {id: b, type: SECRET, validator: '[a-z]+'}]",
        &["a.validator: invalid pattern [[]"],
    ),
    row(
        "a property belongs to its type",
        "inputs: [{id: a, type: BOOL, «min»: 1}, {id: b, type: STRING, «values»: [x]}]",
        &["Unrecognized field \"min\"", "Unrecognized field \"values\""],
    ),
    row(
        "bounds are of the type of the input",
        "inputs: [{id: a, type: INT, min: «x», max: 5}, {id: b, type: DURATION, max: «soon»}, {id: c, type: FLOAT, min: 1.5}]",
        &[
            "Cannot deserialize value: the text `x` stands where a whole number is expected",
            "b.max: Cannot deserialize value: `soon` is not a duration",
        ],
    ),
    row(
        "a flag is true or false",
        "inputs: [{id: a, type: STRING, required: «maybe»}]",
        &["Cannot deserialize value: the text `maybe` stands where true or false is expected"],
    ),
];

const FORMS: &[Row] = &[
    row(
        "a form has inputs",
        "inputs: [{«id»: f, type: FORM}, {id: g, type: FORM, «inputs: []»}]",
        &["f.inputs: must not be empty", "g.inputs: must not be empty"],
    ),
    row(
        "a form holds no form",
        "inputs: [{id: f, type: FORM, inputs: [{id: g, type: «FORM», inputs: [{id: a, type: INT}]}]}]",
        &["f: A FORM input cannot contain another FORM input; only one level is possible."],
    ),
    row(
        "a form has no defaults and no prefill of its own",
        "inputs: [{id: f, type: FORM, «defaults»: {a: 1}, inputs: [{id: a, type: INT}]}, \
         {id: g, type: FORM, «prefill»: {a: 1}, inputs: [{id: a, type: INT}]}]",
        &["f: a FORM input cannot have `defaults`", "g: a FORM input cannot have `prefill`"],
    ),
    row(
        "what is asked for on resuming follows the rules of inputs",
        "tasks: [{id: p, type: P.flow.Pause, onResume: [{id: a, type: STRING}, {id: «a», type: «TEXT»}, \
         {id: b, type: STRING, required: false, «defaults»: x}]}]",
        &[
            "Duplicate input with name [a]",
            "Invalid type: TEXT",
            "b: Inputs with a default value must be required, since the default is always applied.",
        ],
    ),
];
