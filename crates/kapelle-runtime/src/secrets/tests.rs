use kapelle_model::permit::Permit;
use kapelle_store::{MemoryStore, Store};

use super::*;
use crate::testing::{Folder, HandClock};

fn read(source: &dyn Secrets, namespace: &str, key: &str) -> Option<String> {
    let secret = source.get("main", namespace, key).unwrap()?;
    assert_eq!(secret.value.masked(), if secret.value.expose().is_empty() { "" } else { "******" });
    Some(secret.value.expose().to_owned())
}

fn variables(pairs: &[(&str, &str)], plain: &Plain) -> (SecretVariables, Vec<String>) {
    let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    SecretVariables::read(pairs, plain)
}

#[test]
fn variables_hold_secrets_in_base64_whatever_the_case_of_their_names() {
    let (secrets, problems) = variables(
        &[("SECRET_db", "Y2Fu\nYXJ5\r\n"), ("SECRET_PAD", "Y2FuYXI"), ("OTHER", "x"), ("SECRET_EMPTY", "")],
        &Plain::None,
    );
    assert_eq!(problems, [""; 0]);
    assert_eq!(secrets.len(), 3);
    for (key, value) in [
        ("DB", Some("canary")),
        ("db", Some("canary")),
        ("pad", Some("canar")),
        ("empty", Some("")),
        ("OTHER", None),
    ] {
        assert_eq!(read(&secrets, "any", key).as_deref(), value, "{key}");
    }
}

#[test]
fn what_cannot_be_decoded_is_told_without_its_value() {
    let (secrets, problems) =
        variables(&[("SECRET_A", "canary!"), ("SECRET_B", "/w=="), ("SECRET_C", "eA==")], &Plain::None);
    assert_eq!(
        problems,
        [
            "the variable `SECRET_A` is no secret: its value is no base64",
            "the variable `SECRET_B` is no secret: its value is no text"
        ]
    );
    assert_eq!(secrets.len(), 1);
}

#[test]
fn plain_variables_count_where_the_setting_says_so() {
    let pairs = [("KAPELLE_SECRET_TOKEN", "plain"), ("HOME", "/root"), ("SECRET_X", "eA==")];
    let prefixed = variables(&pairs, &Plain::Prefixed("KAPELLE_SECRET_".to_owned())).0;
    assert_eq!(
        (read(&prefixed, "n", "token"), read(&prefixed, "n", "HOME")),
        (Some("plain".to_owned()), None)
    );
    let all = variables(&pairs, &Plain::All).0;
    assert_eq!(
        (read(&all, "n", "home"), read(&all, "n", "x")),
        (Some("/root".to_owned()), Some("x".to_owned()))
    );
}

#[test]
fn a_file_of_variables_is_read_as_shells_would() {
    let content = "# comment\nA=1\n export B = two words # comment\n\nC=\"a\\nb \\\"q\\\"\" # x\nD='x\\n $y'\nE=\"-----\nline\n-----\"\nF=a#b\nno variable\n=x\r\nG=\nH=un\"quoted\"\r\nI='open\nJ=last";
    let read: Vec<_> = dotenv(content);
    let expected = [
        ("A", "1"),
        ("B", "two words"),
        ("C", "a\nb \"q\""),
        ("D", "x\\n $y"),
        ("E", "-----\nline\n-----"),
        ("F", "a#b"),
        ("G", ""),
        ("H", "un\"quoted\""),
        ("I", "'open"),
        ("J", "last"),
    ];
    assert_eq!(read, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[test]
fn files_of_a_folder_are_secrets_by_their_names() {
    let folder = Folder::new();
    std::fs::write(folder.path().join("db-password"), "canary\n").unwrap();
    std::fs::write(folder.path().join("TOKEN"), "a\nb").unwrap();
    std::fs::create_dir(folder.path().join("sub")).unwrap();
    std::fs::write(folder.path().join(".hidden"), "x").unwrap();
    let secrets = SecretFolder::new(folder.path().to_owned());
    for (key, value) in [
        ("db-password", Some("canary")),
        ("DB-PASSWORD", Some("canary")),
        ("token", Some("a\nb")),
        ("sub", None),
        (".hidden", None),
        ("../x", None),
        ("sub/x", None),
        ("", None),
    ] {
        assert_eq!(read(&secrets, "any", key).as_deref(), value, "{key}");
    }
    std::fs::write(folder.path().join("TOKEN"), "new").unwrap();
    assert_eq!(read(&secrets, "any", "TOKEN").as_deref(), Some("new"));
}

fn stored() -> (StoredSecrets, Arc<dyn Store>) {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let clock = HandClock::at("2026-05-06T07:08:09Z").clock();
    (StoredSecrets::new(Arc::clone(&store), clock), store)
}

#[test]
fn kept_secrets_are_those_of_all_namespaces_below() {
    let (secrets, _) = stored();
    let of_all = SecretNote {
        description: Some("of all".to_owned()),
        tags: vec![("team".to_owned(), "x".to_owned())],
    };
    secrets.put(("main", "a", "K"), "upper", &of_all).unwrap();
    secrets.put(("main", "a.b", "K"), "lower", &SecretNote::default()).unwrap();
    secrets.put(("main", "", "K"), "of nobody", &SecretNote::default()).unwrap();
    for (namespace, value) in [
        ("a", Some("upper")),
        ("a.x", Some("upper")),
        ("a.b", Some("lower")),
        ("a.b.c", Some("lower")),
        ("ab", Some("of nobody")),
    ] {
        assert_eq!(read(&secrets, namespace, "K").as_deref(), value, "{namespace}");
    }
    assert!(secrets.get("other", "a", "K").unwrap().is_none());
    assert!(secrets.remove("main", "a.b", "K").unwrap() && !secrets.remove("main", "a.b", "K").unwrap());
    assert_eq!(read(&secrets, "a.b", "K").as_deref(), Some("upper"));
    let metadata = secrets.get("main", "a", "K").unwrap().unwrap().metadata.unwrap();
    assert_eq!(metadata.get("description"), Some(&"of all".into()));
    let permit = Permit::system("test").within("main".into());
    let entries = secrets.list(&permit, Some("a")).unwrap();
    assert_eq!(
        entries.iter().map(|entry| (entry.key.as_str(), &entry.note)).collect::<Vec<_>>(),
        [("K", &of_all)]
    );
    assert_eq!(secrets.list(&permit, None).unwrap().len(), 2);
    assert!(secrets.describe(("main", "a", "K"), &SecretNote::default()).unwrap());
    assert_eq!(secrets.list(&permit, Some("a")).unwrap()[0].note, SecretNote::default());
    assert_eq!(read(&secrets, "a", "K").as_deref(), Some("upper"));
    assert!(!secrets.describe(("main", "a", "none"), &of_all).unwrap());
}

#[test]
fn kept_secrets_are_sealed() {
    let (secrets, store) = stored();
    secrets.put(("main", "a", "K"), "canary", &SecretNote::default()).unwrap();
    let documents =
        store.documents(&Permit::system("test"), kapelle_store::document::Kind::Secret, None, None, 9);
    assert!(documents.unwrap()[0].is_secret);
    let value = secrets.get("main", "a", "K").unwrap().unwrap().value;
    assert_eq!((value.expose(), value.masked().as_str()), ("canary", "******"));
    assert!(secrets.put(("main", "a", ""), "x", &SecretNote::default()).is_err());
}

#[test]
fn the_first_source_that_knows_a_secret_is_believed() {
    let (first, _) = variables(&[("SECRET_A", "MQ==")], &Plain::None);
    let (second, _) = variables(&[("SECRET_A", "Mg=="), ("SECRET_B", "Mg==")], &Plain::None);
    let chain = SecretChain::of([Arc::new(first) as Arc<dyn Secrets>, Arc::new(second)]);
    assert_eq!(
        ["A", "B", "C"].map(|key| read(&chain, "n", key)),
        [Some("1".to_owned()), Some("2".to_owned()), None]
    );
}

proptest::proptest! {
    #[test]
    fn every_text_is_read_as_a_file_of_variables(text in "[A-B=\"'\\\\ #\n\ré]{0,40}") {
        for (name, _) in dotenv(&text) {
            proptest::prop_assert!(!name.is_empty() && !name.contains(['=', '\n', ' ']), "{name:?} of {text:?}");
        }
    }
}
