//! Walks an expression over data.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use kapelle_model::Value;

use super::data::{Data, Function, Scope, children, descendants, is_written_list, lookup};
use super::functions;
use super::numbers::{calculate, compare, from_decimal};
use super::tree::{Expression, Lambda, Operator, Stage, Step};
use crate::numbers::{decimal, is_equal};

/// Values that one expression may make.
const VALUES_MAX: u64 = 20_000_000;

/// Items of a range.
const RANGE_MAX: i64 = 1_000_000;

/// Steps between two looks whether to go on.
const STEPS_BETWEEN: u64 = 1_000;

pub(super) type Outcome<T = Data> = Result<T, String>;

/// What an expression may ask the world for.
pub(super) struct World<'w> {
    pub(super) now: jiff::Timestamp,
    /// Whether the attempt has to end.
    pub(super) is_stopped: &'w dyn Fn() -> bool,
    /// Fills bytes with random ones.
    pub(super) random: &'w dyn Fn(&mut [u8]) -> Outcome<()>,
}

pub(super) struct Evaluation<'e> {
    pub(super) depth_max: usize,
    depth: Cell<usize>,
    steps: Cell<u64>,
    /// The variables around everything.
    root: RefCell<Rc<Scope>>,
    pub(super) world: World<'e>,
}

impl<'e> Evaluation<'e> {
    pub(super) fn new(depth_max: usize, world: World<'e>) -> Self {
        Self { depth_max, depth: Cell::default(), steps: Cell::default(), root: RefCell::default(), world }
    }

    /// What an expression gives for a value.
    pub(super) fn run(&self, expression: &Expression, input: &Value) -> Outcome<Option<Value>> {
        self.steps.set(0);
        let scope = Rc::new(Scope::default());
        scope.set("$", Data::One(input.clone()));
        *self.root.borrow_mut() = Rc::clone(&scope);
        let data = self.evaluate(expression, input, &scope)?;
        match data {
            Data::Function(_) => Err("the expression gives a function, which is no value".to_owned()),
            data => Ok(data.value()),
        }
    }

    pub(super) fn count(&self, steps: u64) -> Outcome<()> {
        let before = self.steps.get();
        self.steps.set(before + steps);
        if self.steps.get() > VALUES_MAX {
            return Err(format!("the expression takes more than {VALUES_MAX} steps"));
        }
        if before / STEPS_BETWEEN != self.steps.get() / STEPS_BETWEEN && (self.world.is_stopped)() {
            return Err("it was stopped".to_owned());
        }
        Ok(())
    }

    pub(super) fn evaluate(&self, expression: &Expression, input: &Value, scope: &Rc<Scope>) -> Outcome {
        self.deeper(|| self.evaluate_within(expression, input, scope))
    }

    /// Goes one level deeper: everything that calls itself goes through here.
    pub(super) fn deeper<T>(&self, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        self.count(1)?;
        if self.depth.get() >= self.depth_max {
            return Err(format!(
                "more than {} calls and expressions are inside of each other: see `maxDepth`",
                self.depth_max
            ));
        }
        self.depth.set(self.depth.get() + 1);
        let done = work();
        self.depth.set(self.depth.get() - 1);
        done
    }

    fn evaluate_within(&self, expression: &Expression, input: &Value, scope: &Rc<Scope>) -> Outcome {
        Ok(match expression {
            Expression::Literal(value) => Data::One(value.clone()),
            Expression::Regex(pattern) => Data::Function(Rc::new(Function::Regex(Arc::clone(pattern)))),
            Expression::Name(name) => lookup(input, name),
            Expression::Wildcard => Data::many(children(input)),
            Expression::Descendants => {
                let mut found = Vec::new();
                descendants(input, &mut found);
                self.count(found.len() as u64)?;
                Data::many(found)
            }
            Expression::Variable(name) if name.is_empty() => Data::One(input.clone()),
            Expression::Variable(name) => match scope.get(name) {
                Some(data) => data,
                None => functions::find(name)
                    .map_or(Data::Nothing, |found| Data::Function(Rc::new(Function::BuiltIn(found)))),
            },
            Expression::Negative(of) => match self.evaluate(of, input, scope)?.value() {
                None => Data::Nothing,
                Some(value) => {
                    let number = decimal(&value).ok_or("only numbers can be negative")?;
                    match value {
                        Value::Float(number) => Data::One(Value::Float(-number)),
                        _ => Data::One(from_decimal(-number)),
                    }
                }
            },
            Expression::Binary(operator, left, right) => self.binary(*operator, left, right, input, scope)?,
            Expression::Parent(label) => scope.get(label).unwrap_or(Data::Nothing),
            Expression::Path { steps, keeps_list } if steps.iter().any(Step::has_names) => {
                let rows = self.stream(steps, input, scope)?;
                let items = rows.into_iter().map(|row| row.item).collect();
                Data::Many { items, keeps_list: *keeps_list }.settled()
            }
            Expression::Path { steps, keeps_list } => self.path(steps, *keeps_list, input, scope)?,
            Expression::List(items) => Data::One(self.list(items, input, scope)?),
            Expression::Range(from, to) => {
                Data::One(Value::List(Arc::new(self.range(from, to, input, scope)?)))
            }
            Expression::Map(pairs) => self.group(pairs, vec![input.clone()], scope)?,
            Expression::Group(of, pairs) => match &**of {
                Expression::Path { steps, .. } if steps.iter().any(Step::has_names) => {
                    let rows = self.stream(steps, input, scope)?;
                    if rows.is_empty() { Data::Nothing } else { self.group(pairs, rows, scope)? }
                }
                of => {
                    let items = self.evaluate(of, input, scope)?.items();
                    if items.is_empty() { Data::Nothing } else { self.group(pairs, items, scope)? }
                }
            },
            Expression::Block(parts) => {
                let scope = Scope::within(scope);
                let mut last = Data::Nothing;
                for part in parts {
                    last = self.evaluate(part, input, &scope)?;
                }
                last
            }
            Expression::Bind(name, value) => {
                let data = self.evaluate(value, input, scope)?;
                scope.set(name, data.clone());
                data
            }
            Expression::Condition(condition, yes, no) => {
                if self.evaluate(condition, input, scope)?.is_true() {
                    self.evaluate(yes, input, scope)?
                } else {
                    no.as_ref().map_or(Ok(Data::Nothing), |no| self.evaluate(no, input, scope))?
                }
            }
            Expression::Call(function, arguments) => self.call(function, arguments, None, input, scope)?,
            Expression::Lambda(lambda) => Data::Function(Rc::new(Function::Lambda {
                lambda: Arc::clone(lambda),
                scope: Rc::clone(scope),
                input: input.clone(),
            })),
            Expression::Transform(transform) => Data::Function(Rc::new(Function::Transform {
                transform: Arc::clone(transform),
                scope: Rc::clone(scope),
            })),
            Expression::Apply(left, right) => {
                let first = self.evaluate(left, input, scope)?;
                match &**right {
                    Expression::Call(function, arguments) if !arguments.iter().any(is_placeholder) => {
                        self.call(function, arguments, Some(first), input, scope)?
                    }
                    right => match self.evaluate(right, input, scope)? {
                        Data::Function(function) => match first {
                            Data::Function(inner) => composed(inner, &function, scope),
                            first => self.apply(&function, vec![first], input, scope)?,
                        },
                        _ => return Err("what stands behind `~>` has to be a function".to_owned()),
                    },
                }
            }
            Expression::Placeholder => {
                return Err("`?` stands only among the arguments of a function".to_owned());
            }
        })
    }

    fn path(&self, steps: &[Step], keeps_list: bool, input: &Value, scope: &Rc<Scope>) -> Outcome {
        if let [step] = steps
            && step.stages.is_empty()
        {
            let data = self.evaluate(&step.what, input, scope)?;
            return Ok(if keeps_list { kept(data) } else { data });
        }
        self.walk(steps, keeps_list, starts(steps, input), scope)
    }

    /// Goes through steps that keep nothing besides what they find.
    pub(super) fn walk(
        &self,
        steps: &[Step],
        keeps_list: bool,
        mut items: Vec<Value>,
        scope: &Rc<Scope>,
    ) -> Outcome {
        for (place, step) in steps.iter().enumerate() {
            let is_last = place + 1 == steps.len();
            // Filters behind an order look at everything that was found, those before at what one item has.
            let is_sort = |stage: &Stage| matches!(stage, Stage::Sort(_));
            let sorts_from = step.stages.iter().position(is_sort).unwrap_or(step.stages.len());
            let (own, common) = step.stages.split_at(sorts_from);
            let mut found: Vec<Data> = Vec::new();
            for item in &items {
                let mut data = self.evaluate(&step.what, item, scope)?;
                if let (Data::Function(_), true, [], true) =
                    (&data, is_last, step.stages.as_slice(), items.len() == 1)
                {
                    return Ok(data);
                }
                for stage in own {
                    if let Stage::Filter(filter) = stage {
                        data = Data::many(self.filter(filter, data.items(), scope)?);
                    }
                }
                if !matches!(data, Data::Nothing) {
                    found.push(data);
                }
            }
            if is_last
                && !keeps_list
                && found.len() == 1
                && matches!(found[0], Data::One(Value::List(_)))
                && common.is_empty()
            {
                return Ok(found.swap_remove(0));
            }
            let mut next = Vec::new();
            for data in found {
                match data {
                    Data::One(list @ Value::List(_)) if place > 0 && is_written_list(&step.what) => {
                        next.push(list);
                    }
                    data => next.extend(data.items()),
                }
            }
            self.count(next.len() as u64)?;
            for stage in common {
                next = match stage {
                    Stage::Sort(terms) => self.sorted(terms, next, scope)?,
                    Stage::Filter(filter) => self.filter(filter, next, scope)?,
                    Stage::Index(_) => next,
                };
            }
            if next.is_empty() {
                return Ok(Data::Nothing);
            }
            items = next;
        }
        Ok(if keeps_list { Data::Many { items, keeps_list } } else { Data::many(items) })
    }

    fn list(&self, items: &[Expression], input: &Value, scope: &Rc<Scope>) -> Outcome<Value> {
        let mut made = Vec::new();
        for item in items {
            if let Expression::Range(from, to) = item {
                made.extend(self.range(from, to, input, scope)?);
                continue;
            }
            match self.evaluate(item, input, scope)? {
                Data::Nothing => {}
                Data::One(list @ Value::List(_)) if is_written_list(item) => made.push(list),
                Data::Function(_) => return Err("a function cannot stand in a list".to_owned()),
                data => made.extend(data.items()),
            }
        }
        self.count(made.len() as u64)?;
        Ok(Value::List(Arc::new(made)))
    }

    fn range(
        &self,
        from: &Expression,
        to: &Expression,
        input: &Value,
        scope: &Rc<Scope>,
    ) -> Outcome<Vec<Value>> {
        let (from, to) =
            (self.evaluate(from, input, scope)?.value(), self.evaluate(to, input, scope)?.value());
        let (Some(from), Some(to)) = (from, to) else { return Ok(Vec::new()) };
        let (Value::Int(from), Value::Int(to)) = (from, to) else {
            return Err("both ends of a range have to be whole numbers".to_owned());
        };
        if to.saturating_sub(from) >= RANGE_MAX {
            return Err(format!("a range has more than {RANGE_MAX} numbers"));
        }
        Ok((from..=to).map(Value::Int).collect())
    }

    fn binary(
        &self,
        operator: Operator,
        left: &Expression,
        right: &Expression,
        input: &Value,
        scope: &Rc<Scope>,
    ) -> Outcome {
        let first = self.evaluate(left, input, scope)?;
        let second = || self.evaluate(right, input, scope);
        let flag = |flag| Ok(Data::One(Value::Bool(flag)));
        match operator {
            Operator::And => return flag(first.is_true() && second()?.is_true()),
            Operator::Or => return flag(first.is_true() || second()?.is_true()),
            Operator::Elvis => return if first.is_true() { Ok(first) } else { second() },
            Operator::Coalesce => return if matches!(first, Data::Nothing) { second() } else { Ok(first) },
            _ => {}
        }
        let (first, second) = (first.value(), second()?);
        if operator == Operator::Concat {
            let text =
                |value: Option<Value>| value.map_or(Ok(String::new()), |value| functions::string(&value));
            return Ok(Data::One(Value::Str(format!("{}{}", text(first)?, text(second.value())?).into())));
        }
        if operator == Operator::In {
            let Some(first) = first else { return flag(false) };
            return flag(second.items().iter().any(|item| is_equal(&first, item)));
        }
        let (first, second) = match (first, second.value(), operator) {
            (Some(first), Some(second), _) => (first, second),
            (None, None, Operator::Unequal) | (_, _, Operator::Equal) => return flag(false),
            (_, _, Operator::Unequal) => return flag(true),
            _ => return Ok(Data::Nothing),
        };
        match operator {
            Operator::Equal => flag(is_equal(&first, &second)),
            Operator::Unequal => flag(!is_equal(&first, &second)),
            Operator::Less => flag(compare(&first, &second)?.is_lt()),
            Operator::LessOrEqual => flag(compare(&first, &second)?.is_le()),
            Operator::Greater => flag(compare(&first, &second)?.is_gt()),
            Operator::GreaterOrEqual => flag(compare(&first, &second)?.is_ge()),
            _ => Ok(Data::One(calculate(operator, &first, &second)?)),
        }
    }

    fn call(
        &self,
        called: &Expression,
        arguments: &[Expression],
        first: Option<Data>,
        input: &Value,
        scope: &Rc<Scope>,
    ) -> Outcome {
        let Data::Function(function) = self.evaluate(called, input, scope)? else {
            let name = if let Expression::Variable(name) = called {
                format!("`${name}`")
            } else {
                "this".to_owned()
            };
            return Err(format!("there is no function {name}"));
        };
        if arguments.iter().any(is_placeholder) {
            let given = arguments.iter().map(|argument| match argument {
                Expression::Placeholder => Ok(None),
                argument => self.evaluate(argument, input, scope).map(Some),
            });
            return Ok(Data::Function(Rc::new(Function::Partial {
                function,
                given: given.collect::<Outcome<_>>()?,
            })));
        }
        let mut given: Vec<Data> = first.into_iter().collect();
        for argument in arguments {
            given.push(self.evaluate(argument, input, scope)?);
        }
        self.apply(&function, given, input, scope)
    }

    /// Calls a function that was given to another one.
    pub(super) fn call_back(&self, function: &Rc<Function>, mut offered: Vec<Data>) -> Outcome {
        match &**function {
            Function::BuiltIn(built_in) => built_in.cut(&mut offered),
            Function::Lambda { lambda, .. } => offered.truncate(lambda.parameters.len()),
            _ => {}
        }
        let root = Rc::clone(&self.root.borrow());
        self.apply(function, offered, &Value::Null, &root)
    }

    /// Calls a function with arguments.
    pub(super) fn apply(
        &self,
        function: &Rc<Function>,
        arguments: Vec<Data>,
        input: &Value,
        scope: &Rc<Scope>,
    ) -> Outcome {
        self.count(1)?;
        match &**function {
            Function::BuiltIn(built_in) => built_in.call(self, arguments, input, scope),
            Function::Lambda { lambda, scope, input: own } => {
                let scope = Scope::within(scope);
                let arguments = match &lambda.signature {
                    Some(signature) => {
                        self.count(signature.steps(arguments.len()))?;
                        signature.check(arguments, input)?
                    }
                    None => arguments,
                };
                let mut arguments = arguments.into_iter();
                for name in &lambda.parameters {
                    scope.set(name, arguments.next().unwrap_or(Data::Nothing));
                }
                self.evaluate(&lambda.body, own, &scope)
            }
            Function::Partial { function, given } => {
                let mut more = arguments.into_iter();
                let all = given
                    .iter()
                    .map(|argument| argument.clone().unwrap_or_else(|| more.next().unwrap_or(Data::Nothing)));
                let all: Vec<Data> = all.collect();
                self.apply(function, all, input, scope)
            }
            Function::Transform { transform, scope } => self.transformed(transform, arguments, scope),
            Function::Regex(pattern) => functions::first_match(pattern, &arguments),
        }
    }
}

fn is_placeholder(expression: &Expression) -> bool {
    matches!(expression, Expression::Placeholder)
}

/// What the first step of a path looks at: the items of a list, unless it does not look at anything.
pub(super) fn starts(steps: &[Step], input: &Value) -> Vec<Value> {
    let goes_into_lists = match steps.first().map(|step| &step.what) {
        Some(Expression::Name(_) | Expression::Wildcard | Expression::Descendants) => true,
        Some(Expression::Variable(_) | Expression::List(_) | Expression::Parent(_)) | None => false,
        Some(_) => steps.len() > 1,
    };
    match input {
        Value::List(items) if goes_into_lists => (**items).clone(),
        other => vec![other.clone()],
    }
}

fn kept(data: Data) -> Data {
    match data {
        Data::Nothing | Data::Function(_) | Data::One(Value::List(_)) => data,
        data => Data::Many { items: data.items(), keeps_list: true },
    }
}

/// A function that calls one function with what another one gave.
fn composed(inner: Rc<Function>, outer: &Rc<Function>, scope: &Rc<Scope>) -> Data {
    let scope = Scope::within(scope);
    scope.set("inner", Data::Function(inner));
    scope.set("outer", Data::Function(Rc::clone(outer)));
    let variable = |name: &str| Box::new(Expression::Variable(name.to_owned()));
    let call = Expression::Call(variable("inner"), vec![Expression::Variable("value".to_owned())]);
    let body = Expression::Call(variable("outer"), vec![call]);
    let lambda = Arc::new(Lambda { parameters: vec!["value".to_owned()], signature: None, body });
    Data::Function(Rc::new(Function::Lambda { lambda, scope, input: Value::Null }))
}
