use std::process::{Command, Stdio};

use kapelle_model::Value;
use kapelle_plugin::stage::Stage;

use super::archive_compress::ArchiveCompress;
use super::archive_decompress::ArchiveDecompress;
use super::file_compress::FileCompress;
use super::file_decompress::FileDecompress;
use crate::testing::{address, bytes, converted_bytes};

const TEXT: &[u8] =
    b"tobeornottobe tobeornottobe\ntobeornottobe tobeornottobe\ntobeornottobe tobeornottobe\n";

/// Larger than all windows and parts, and neither the same everywhere nor random.
fn long() -> Vec<u8> {
    (0..3_000_u32)
        .flat_map(|number| {
            format!("{number} of many lines that look alike, and are {:x}\n", number * 7919).into_bytes()
        })
        .collect()
}

/// Runs a program of Python over the content; `None` where there is no Python.
fn python(program: &str, content: &[u8]) -> Option<Vec<u8>> {
    use std::io::Write;
    let child =
        Command::new("python3").args(["-c", program]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        eprintln!("SKIP: there is no python3");
        return None;
    };
    let (mut to, content) = (child.stdin.take().unwrap(), content.to_vec());
    let writer = std::thread::spawn(move || to.write_all(&content));
    let done = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(done.status.success());
    Some(done.stdout)
}

#[tokio::test]
async fn what_is_compressed_comes_back() {
    for algorithm in
        ["BZIP2", "DEFLATE", "GZIP", "LZ4BLOCK", "LZ4FRAME", "LZMA", "SNAPPY", "SNAPPYFRAME", "XZ", "ZSTD"]
    {
        for content in [&b""[..], b"a", TEXT, &long()] {
            let more = format!("compression: {algorithm}");
            let packed = converted_bytes::<FileCompress>(content, &more).await.unwrap();
            assert!(
                content.len() < 1000 || packed.len() < content.len(),
                "{algorithm} {} {}",
                packed.len(),
                content.len()
            );
            let unpacked = converted_bytes::<FileDecompress>(&packed, &more).await;
            assert!(unpacked.as_deref() == Ok(content), "{algorithm} {}", content.len());
        }
    }
}

#[tokio::test]
async fn other_programs_understand_it() {
    for (algorithm, module) in
        [("BZIP2", "bz2"), ("DEFLATE", "zlib"), ("GZIP", "gzip"), ("XZ", "lzma"), ("LZMA", "lzma")]
    {
        let more = format!("compression: {algorithm}");
        let packed = converted_bytes::<FileCompress>(&long(), &more).await.unwrap();
        let program = format!(
            "import sys,{module};sys.stdout.buffer.write({module}.decompress(sys.stdin.buffer.read()))"
        );
        let Some(unpacked) = python(&program, &packed) else { return };
        assert!(unpacked == long(), "{algorithm}");
        let program = format!(
            "import sys,{module};sys.stdout.buffer.write({module}.compress(sys.stdin.buffer.read()))"
        );
        let Some(packed) = python(&program, &long()) else { return };
        let more = if algorithm == "LZMA" { "compression: XZ" } else { &more };
        assert!(
            converted_bytes::<FileDecompress>(&packed, more).await.as_deref() == Ok(&long()[..]),
            "{algorithm}"
        );
    }
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2)
        .map(|place| u8::from_str_radix(&text[place * 2..place * 2 + 2], 16).unwrap())
        .collect()
}

/// Made by other programs, since nothing here compresses so.
#[tokio::test]
async fn forms_that_are_only_read() {
    for (algorithm, packed) in [
        ("BROTLI", "1b5300f8057463dd92ccf9f0ea4096481893543db0c294943f9474395d"),
        (
            "DEFLATE64",
            "05c1c10900300c03b17fa7c86c067f73106e7f2a49ca2d4a3a92728b923e49b9454947526e51d22729b728e948ca2d4afa3e",
        ),
        ("LZ4BLOCK", "90746f62656f726e6f74090019200e00190a0e000f1c001350746f62650a"),
        ("Z", "1f9d9074de8829f3468e9b3774020e04a190a041840d15342c7830a1c0320c2f52847851a2c68716174e041911"),
    ] {
        let more = format!("compression: {algorithm}");
        assert_eq!(
            converted_bytes::<FileDecompress>(&hex(packed), &more).await.as_deref(),
            Ok(TEXT),
            "{algorithm}"
        );
    }
    let told = converted_bytes::<FileCompress>(TEXT, "compression: BROTLI").await.unwrap_err();
    assert!(told.contains("use ZSTD, XZ or GZIP"), "{told}");
}

#[tokio::test]
async fn what_is_cut_or_foreign_is_told() {
    for algorithm in
        ["BZIP2", "DEFLATE", "GZIP", "LZ4FRAME", "SNAPPYFRAME", "XZ", "ZSTD", "Z", "BROTLI", "LZMA"]
    {
        let more = format!("compression: {algorithm}");
        let told = converted_bytes::<FileDecompress>(b"no such thing at all", &more).await.unwrap_err();
        assert!(told.contains(algorithm), "{algorithm}: {told}");
        if let Ok(packed) = converted_bytes::<FileCompress>(&long(), &more).await {
            let told =
                converted_bytes::<FileDecompress>(&packed[..packed.len() / 2], &more).await.unwrap_err();
            assert!(told.contains("or is cut"), "{algorithm}: {told}");
        }
    }
}

/// An archive of some files, and its address.
async fn archive(stage: &Stage, how: &str) -> String {
    let (first, second) = (stage.put_file("a", TEXT), stage.put_file("b", &long()));
    let properties = format!(
        "{{from: {{a.txt: '{first}', 'folder/a name that is longer than ar has room for.txt': '{second}'}}, {how}}}"
    );
    address(&stage.run::<ArchiveCompress>(&properties).await.unwrap())
}

async fn unpacked(stage: &Stage, from: &str, how: &str) -> Result<Vec<(String, Vec<u8>)>, String> {
    let given = stage.run::<ArchiveDecompress>(&format!("{{from: '{from}', {how}}}")).await;
    let given = given.map_err(|broken| broken.failure.to_string())?;
    let Value::Map(files) = &given["files"] else { panic!("{given:?}") };
    let content = |uri: &Value| {
        let Value::Str(uri) = uri else { panic!("{uri:?}") };
        bytes(stage, uri.expose())
    };
    Ok(files.iter().map(|(path, uri)| (path.to_string(), content(uri))).collect())
}

#[tokio::test]
async fn archives_come_back() {
    for how in [
        "algorithm: AR",
        "algorithm: CPIO",
        "algorithm: JAR",
        "algorithm: TAR",
        "algorithm: ZIP",
        "algorithm: TAR, compression: GZIP",
        "algorithm: ZIP, compression: ZSTD",
        "algorithm: CPIO, compression: XZ",
    ] {
        let stage = Stage::new();
        let from = archive(&stage, how).await;
        let files = unpacked(&stage, &from, how).await.unwrap();
        assert_eq!(files.len(), 2, "{how}");
        assert!(files[0] == ("a.txt".to_owned(), TEXT.to_vec()), "{how}");
        assert!(
            files[1] == ("folder/a name that is longer than ar has room for.txt".to_owned(), long()),
            "{how}"
        );
        let left = std::fs::read_dir(stage.directory()).map_or(0, Iterator::count);
        assert_eq!(left, 0, "{how}: what was held on the disk is gone");
    }
}

#[tokio::test]
async fn other_programs_understand_archives() {
    let list = "names=sorted(z.namelist() if hasattr(z,'namelist') else z.getnames());print(*names,sep='|')";
    for (how, open) in [
        (
            "algorithm: ZIP",
            "import zipfile,io,sys;z=zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()));assert not z.testzip()",
        ),
        (
            "algorithm: TAR, compression: XZ",
            "import tarfile,io,sys;z=tarfile.open(fileobj=io.BytesIO(sys.stdin.buffer.read()))",
        ),
    ] {
        let stage = Stage::new();
        let packed = bytes(&stage, &archive(&stage, how).await);
        let Some(names) = python(&format!("{open};{list}"), &packed) else { return };
        assert_eq!(
            String::from_utf8_lossy(&names),
            "a.txt|folder/a name that is longer than ar has room for.txt\n"
        );
    }
}

#[tokio::test]
async fn files_of_an_archive_keep_their_names() {
    let program = "import tarfile,io,sys\n\
        t=tarfile.open(fileobj=sys.stdout.buffer,mode='w|')\n\
        for n in ['./a/my file.txt','./b/my file.txt']:t.addfile(tarfile.TarInfo(n),io.BytesIO(b''))\n\
        t.close()";
    let Some(packed) = python(program, b"") else { return };
    let stage = Stage::new();
    let from = stage.put_file("in", &packed);
    let given = stage.run::<ArchiveDecompress>(&format!("{{from: '{from}', algorithm: TAR}}")).await.unwrap();
    let Value::Map(files) = &given["files"] else { panic!("{given:?}") };
    assert_eq!(files.keys().map(|key| &**key).collect::<Vec<_>>(), ["./a/my file.txt", "./b/my file.txt"]);
    let addresses: std::collections::BTreeSet<String> =
        files.values().map(|uri| format!("{uri:?}")).collect();
    assert_eq!(addresses.len(), 2);
    assert!(addresses.iter().all(|uri| uri.contains("/my_file.txt")), "{addresses:?}");
}

#[tokio::test]
async fn nothing_leads_out_of_an_archive() {
    let program = "import tarfile,io,sys\n\
        t=tarfile.open(fileobj=sys.stdout.buffer,mode='w|')\n\
        def add(name,kind=tarfile.REGTYPE,link=''):\n\
        \x20 i=tarfile.TarInfo(name);i.type=kind;i.linkname=link;t.addfile(i,io.BytesIO(b''))\n\
        add('/etc/passwd');add('folder',tarfile.DIRTYPE);add('folder/link',tarfile.SYMTYPE,'/etc');add('hard',tarfile.LNKTYPE,'/etc/passwd')\n\
        if sys.stdin.read():add('folder/../../up')\n\
        t.close()";
    let (Some(tame), Some(wild)) = (python(program, b""), python(program, b"wild")) else { return };
    let stage = Stage::new();
    let from = stage.put_file("tame", &tame);
    let files = unpacked(&stage, &from, "algorithm: TAR").await.unwrap();
    assert_eq!(files, [("/etc/passwd".to_owned(), Vec::new())]);
    assert_eq!(stage.lines().len(), 2, "{:?}", stage.lines());
    let from = stage.put_file("wild", &wild);
    let told = unpacked(&stage, &from, "algorithm: TAR").await.unwrap_err();
    assert!(told.contains("leads out of the directory"), "{told}");
}

#[tokio::test]
async fn what_is_no_archive_is_told() {
    let stage = Stage::new();
    let from = stage.put_file("in", &TEXT.repeat(20));
    for form in ["AR", "CPIO", "JAR", "TAR", "ZIP"] {
        let told = unpacked(&stage, &from, &format!("algorithm: {form}")).await.unwrap_err();
        assert!(told.contains("the archive is damaged or of another form"), "{form}: {told}");
    }
    let told = unpacked(&stage, &from, "algorithm: ARJ").await.unwrap_err();
    assert_eq!(told, "archives of the form ARJ are not supported: there are AR, CPIO, JAR, TAR, ZIP");
    for (how, expected) in [
        ("from: {}, algorithm: ZIP", "`from` has no files"),
        ("from: {../x: 'kestra:///t/in'}, algorithm: ZIP", "leads out of the directory"),
        ("from: {x: 'kestra:///t/none'}, algorithm: ZIP", "`x`: there is no file"),
    ] {
        let told = stage.run::<ArchiveCompress>(&format!("{{{how}}}")).await.unwrap_err().failure.to_string();
        assert!(told.contains(expected), "{told}");
    }
}
