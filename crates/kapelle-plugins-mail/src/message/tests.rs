use super::*;

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn message() -> Message {
    Message {
        from: address("Kapelle <flows@example.com>"),
        to: vec![address("ann@example.com"), address("Jürgen <j@example.com>")],
        cc: Vec::new(),
        subject: "The backup failed".to_owned(),
        plain: "It failed.\nLook at it.".to_owned(),
        html: None,
        embedded: Vec::new(),
        attachments: Vec::new(),
        date: "2026-05-06T07:08:09Z".parse().unwrap(),
        id: "abc".to_owned(),
    }
}

fn text(message: &Message) -> String {
    String::from_utf8(message.text()).unwrap()
}

#[test]
fn a_text_is_one_part() {
    assert_eq!(
        text(&message()).replace("\r\n", "\n"),
        "Date: Wed, 6 May 2026 07:08:09 +0000
Message-ID: <abc@example.com>
From: Kapelle <flows@example.com>
To: ann@example.com,
 =?UTF-8?B?SsO8cmdlbg==?=
 <j@example.com>
Subject: The backup failed
MIME-Version: 1.0
Auto-Submitted: auto-generated
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

It failed.
Look at it.
"
    );
}

#[test]
fn parts_stand_in_each_other() {
    let file = |name: &str| Attached {
        name: name.to_owned(),
        content_type: "image/png".to_owned(),
        content: b"PNG".to_vec(),
    };
    let whole = Message {
        html: Some("<p>x</p>".to_owned()),
        embedded: vec![file("logo.png")],
        attachments: vec![file("Übersicht \"1\".png")],
        ..message()
    };
    let text = text(&whole).replace("\r\n", "\n");
    let (_, body) = text.split_once("auto-generated\n").unwrap();
    assert_eq!(
        body,
        "Content-Type: multipart/mixed;
 boundary=\"=_mixed_abc\"

--=_mixed_abc
Content-Type: multipart/alternative;
 boundary=\"=_alternative_abc\"

--=_alternative_abc
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

It failed.
Look at it.

--=_alternative_abc
Content-Type: multipart/related;
 boundary=\"=_related_abc\"

--=_related_abc
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<p>x</p>

--=_related_abc
Content-Type: image/png;
 name=\"logo.png\"
Content-Transfer-Encoding: base64
Content-ID: <logo.png>
Content-Disposition: inline;
 filename=\"logo.png\"

UE5H

--=_related_abc--

--=_alternative_abc--

--=_mixed_abc
Content-Type: image/png;
 name*=utf-8''%C3%9Cbersicht%20%221%22.png
Content-Transfer-Encoding: base64
Content-Disposition: attachment;
 filename*=utf-8''%C3%9Cbersicht%20%221%22.png

UE5H

--=_mixed_abc--
"
    );
}

#[test]
fn no_text_of_a_flow_begins_a_header() {
    let nasty = "x\r\nBcc: eve@example.com\r\n\r\nbody\0 =?UTF-8?B?QQ?=";
    let file = Attached {
        name: nasty.to_owned(),
        content_type: "text/plain".to_owned(),
        content: b"\r\n.\r\n".to_vec(),
    };
    let whole = Message {
        subject: nasty.to_owned(),
        plain: nasty.to_owned(),
        html: Some(nasty.to_owned()),
        attachments: vec![file],
        ..message()
    };
    let text = text(&whole);
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    assert!(!head.contains("Bcc"), "{head}");
    assert!(
        text.split("\r\n").all(|line| line.len() <= 78 && line.is_ascii() && !line.starts_with('.')),
        "{text}"
    );
    assert!(!text.replace("\r\n", "").contains(['\r', '\n', '\0']));
}

#[test]
fn a_long_subject_is_folded_or_encoded() {
    for subject in ["word ".repeat(100), "w".repeat(2_000), "Grüße ".repeat(200), String::new()] {
        let text = text(&Message { subject, ..message() });
        assert!(text.split("\r\n").all(|line| line.len() <= 78), "{text}");
    }
}
