//! `@`, `#` and `%`: what steps of a path keep. What is expected was compared with the JSONata of its makers.

use super::given;

fn check(cases: &[(&str, &str)]) {
    for (expression, expected) in cases {
        assert_eq!(given(expression), *expected, "{expression}");
    }
}

#[test]
fn items_become_variables() {
    check(&[
        ("Account.Order.Product@$p.$p.Name", r#"["Hat","Bag","Hat"]"#),
        // The steps behind look at what the step looked at.
        ("Account.Order@$o.Product.Name", "-"),
        ("Account.Order@$o.$o.Product.Name", r#"["Hat","Bag","Hat"]"#),
        ("Phone@$p[$p.type='work'].$p.number", r#""02""#),
        (
            "Phone@$p.Account.Order@$o[$p.number='0' & $substring($o.Id,1)].{'t': $p.type, 'id': $o.Id}",
            r#"[{"t":"home","id":"o1"},{"t":"work","id":"o2"}]"#,
        ),
        ("Phone@$p.Phone@$q[$p.number < $q.number].($p.type & $q.type)", r#""homework""#),
        ("Account.Order@$o{$o.Id: $count($o.Product)}", r#"{"o1":2,"o2":1}"#),
        ("$@$v.$v.Age", "28"),
        (
            "Account@1",
            "failed: the expression is wrong at line 1, column 10: a variable is expected behind `@`",
        ),
        (
            "Account.Order[0]@$o.Id",
            "failed: the expression is wrong at line 1, column 21: `@` stands before filters and orders, not behind them",
        ),
        (
            "($f := function(){ [1..3000] }; $f()@$a.$f()@$b.$f()@$c.1)",
            "failed: the expression takes more than 20000000 steps",
        ),
    ]);
}

#[test]
fn places_become_variables() {
    check(&[
        (
            "Account.Order#$i.Product.{'i': $i, 'n': Name}",
            r#"[{"i":0,"n":"Hat"},{"i":0,"n":"Bag"},{"i":1,"n":"Hat"}]"#,
        ),
        ("Account.Order#$o.Product#$p.($o & $p)", r#"["00","01","10"]"#),
        ("Account.Order.Product#$i[Price>30].$i", "[0,0]"),
        // Behind a filter or an order it is the place among everything that was found.
        ("Account.Order.Product[Price>30]#$i.$i", "[0,1]"),
        (
            "Account.Order.Product^(Price)#$i.{'i': $i, 'n': Name}",
            r#"[{"i":0,"n":"Bag"},{"i":1,"n":"Hat"},{"i":2,"n":"Hat"}]"#,
        ),
        ("Account.Order.Product^(>Quantity)#$i[$i<2].Quantity", "[4,2]"),
        (
            "Account.Order#$i.Product^(>Quantity).{'i': $i, 'q': Quantity}",
            r#"[{"i":1,"q":4},{"i":0,"q":2},{"i":0,"q":1}]"#,
        ),
        // From such a step on, filters look at everything.
        ("Account.Order#$i.Product[0].Quantity", "2"),
        ("Account.Order#$i.Product{Name: $i}", r#"{"Hat":[0,1],"Bag":0}"#),
        ("['a','b','c']#$i[$i=1]", r#""b""#),
        ("Phone#$i[$i=1].type[]", r#"["work"]"#),
    ]);
}

#[test]
fn what_is_around_is_found() {
    check(&[
        (
            "Account.Order.Product.{'n': Name, 'o': %.Id}",
            r#"[{"n":"Hat","o":"o1"},{"n":"Bag","o":"o1"},{"n":"Hat","o":"o2"}]"#,
        ),
        ("Account.Order.Product.%.%.Name", r#"["Firefly","Firefly","Firefly"]"#),
        ("Account.Order.Product.Price.(%.Name & %.%.Id)", r#"["Hato1","Bago1","Hato2"]"#),
        ("Account.Order.Product[%.Id='o2'].Name", r#""Hat""#),
        ("Account.Order.Product.Name[%.%.Id='o1']", r#"["Hat","Bag"]"#),
        ("Account.Order.Product[0].%.Id", r#""o1""#),
        ("Account.Order.Product[0].Price.%.Name", r#"["Hat","Hat"]"#),
        ("Account.Order.Product^(>%.Id, Price).(%.Id & Name)", r#"["o2Hat","o1Bag","o1Hat"]"#),
        ("(Account.Order.Product).%.Id", r#"["o1","o1","o2"]"#),
        ("Account.Order.(Product.Name).(%.Price & %.%.Id)", r#"["34.45o1","21.67o1","34.45o2"]"#),
        ("Account.*.Product.%.Id", r#"["o1","o1","o2"]"#),
        ("Account.Order.Product.$uppercase(%.Id)", r#"["O1","O1","O2"]"#),
        ("Account.Order.Product.($x := %.Id; $x & Name)", r#"["o1Hat","o1Bag","o2Hat"]"#),
        ("Account.Order#$i.Product.(%.Id & $i)", r#"["o10","o10","o21"]"#),
        ("Account.Order.Product{Name: %.Id}", r#"{"Hat":["o1","o2"],"Bag":"o1"}"#),
        ("Account.%.Age", "28"),
        ("%", "failed: a `%` has nothing around it"),
        (
            "Account.**.%.Id",
            "failed: a `%` stands behind a step that does not say what is around: there are names, `*`, `%`, and paths \
             in brackets",
        ),
    ]);
}
