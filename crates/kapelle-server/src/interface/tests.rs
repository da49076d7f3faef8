use super::*;

const PAGE: &str = "<head><base href=\"/ui/\" /><script nonce=\"KAPELLE_NONCE\"></script></head>";

#[test]
fn the_page_is_filled_for_each_answer() {
    assert_eq!(
        filled(PAGE, "n1", "/kestra", Some("c1")),
        "<head><base href=\"/kestra/ui/\" /><script nonce=\"n1\"></script><meta name=\"csrf-token\" content=\"c1\"></head>"
    );
    assert_eq!(filled(PAGE, "n1", "", None), PAGE.replace("KAPELLE_NONCE", "n1"));
}

#[test]
fn everybody_gets_what_they_can_unpack() {
    // "hello" in a stored block.
    let gzip: &[u8] =
        &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 5, 0, 0xfa, 0xff, b'h', b'e', b'l', b'l', b'o', 0, 0, 0, 0];
    let file = Embedded { name: "a.js", gzip, brotli: b"packed" };
    for (accepts, encoding, bytes) in [
        ("gzip, deflate, br", Some("br"), &b"packed"[..]),
        ("gzip, deflate", Some("gzip"), gzip),
        ("gzip;q=0.5, br;q=0", Some("gzip"), gzip),
        ("", None, b"hello"),
        ("identity", None, b"hello"),
    ] {
        let got = file.packed(accepts).unwrap();
        assert_eq!((got.encoding, &*got.bytes), (encoding, bytes), "{accepts}");
    }
}

#[test]
fn a_folder_shows_only_what_is_in_it() {
    let folder = std::env::temp_dir().join(format!("kapelle-interface-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("dist/assets")).unwrap();
    std::fs::write(folder.join("dist/assets/a.js"), "1").unwrap();
    std::fs::write(folder.join("outside"), "2").unwrap();
    std::os::unix::fs::symlink(folder.join("outside"), folder.join("dist/link")).unwrap();
    let interface = Interface::new(Some(folder.join("dist")));
    assert_eq!(&*interface.file("assets/a.js", "br").unwrap().bytes, b"1");
    for name in ["assets/b.js", "assets", "link", "../outside"] {
        assert!(interface.file(name, "").is_none(), "{name}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}
