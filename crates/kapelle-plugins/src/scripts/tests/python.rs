use std::path::Path;

use super::*;

/// Makes a package without any tools. Its file.
fn package(folder: &Path) -> String {
    std::fs::create_dir_all(folder).unwrap();
    let maker = "import sys, zipfile\n\
        z = zipfile.ZipFile(sys.argv[1], 'w')\n\
        z.writestr('tiny.py', 'value = 42\\n')\n\
        i = 'tiny-1.0.dist-info/'\n\
        z.writestr(i + 'METADATA', 'Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n')\n\
        z.writestr(i + 'WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')\n\
        z.writestr(i + 'RECORD', '')\n";
    let file = folder.join("tiny-1.0-py3-none-any.whl");
    let status = std::process::Command::new("python3").args(["-c", maker]).arg(&file).status().unwrap();
    assert!(status.success());
    file.display().to_string()
}

/// Whether packages can be installed here; says so if not.
fn has_pip() -> bool {
    let asked = std::process::Command::new("/usr/bin/python3").args(["-m", "pip", "--version"]).output();
    let has_pip = asked.is_ok_and(|output| output.status.success());
    if !has_pip {
        println!("skipped: there is no pip");
    }
    has_pip
}

const SCRIPT: &str = r"
dependencies: ['--no-index', '{{ package }}']
packageManager: PIP
script: |
  import tiny, os
  print(tiny.value)
";

#[tokio::test]
async fn packages_are_installed_once_also_when_two_want_them_at_once() {
    if !has_pip() {
        return;
    }
    let folder = std::env::temp_dir().join(format!("kapelle-packages-{}", std::process::id()));
    let file = package(&folder);
    let cache = folder.join("cache");
    let world = || {
        let stage = Stage::new().variable("package", &*file);
        stage.setting("kapelle.scripts.cache", cache.to_str().unwrap())
    };
    let stages = [world(), world(), world()];
    let (first, second) =
        tokio::join!(run(&stages[0], "python.Script", SCRIPT), run(&stages[1], "python.Script", SCRIPT));
    first.and(second).unwrap();
    let count = || std::fs::read_dir(cache.join("python")).unwrap().count();
    assert_eq!(count(), 1);
    run(&stages[2], "python.Script", SCRIPT).await.unwrap();
    assert_eq!((count(), stages[2].lines()), (1, vec!["INFO 42".to_owned()]));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn without_a_cache_packages_go_away_with_the_run() {
    if !has_pip() {
        return;
    }
    let folder = std::env::temp_dir().join(format!("kapelle-package-{}", std::process::id()));
    let stage = Stage::new().variable("package", &*package(&folder));
    run(&stage, "python.Script", SCRIPT).await.unwrap();
    assert_eq!(stage.lines().last().unwrap(), "INFO 42");
    assert_eq!(std::fs::read_dir(stage.directory()).unwrap().count(), 0);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn packages_that_are_not_there_are_told() {
    if !has_pip() {
        return;
    }
    let cache = std::env::temp_dir().join(format!("kapelle-no-package-{}", std::process::id()));
    let stage = Stage::new().setting("kapelle.scripts.cache", cache.to_str().unwrap());
    let script = "{packageManager: PIP, dependencies: [--no-index, no-such-package], script: 'print(1)'}";
    let (message, _) = run(&stage, "python.Script", script).await.unwrap_err();
    assert!(
        message.starts_with("the packages in `dependencies` cannot be installed (exit code 1): ERROR: "),
        "{message}"
    );
    assert_eq!(std::fs::read_dir(cache.join("python")).unwrap().count(), 0);
    std::fs::remove_dir_all(&cache).unwrap();
}
