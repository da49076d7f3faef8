use kapelle_plugin::stage::Stage;

use super::ion_to_xml::IonToXml;
use super::xml_to_ion::XmlToIon;
use crate::testing::{converted, converted_bytes};

const CATALOG: &str = "<?xml version=\"1.0\"?>\n<!DOCTYPE catalog>\n<catalog version=\"2\">\n\
    <!-- two books --><book id=\"bk1\"><title>A &amp; B &#233;</title><price>44.90</price><tag>x</tag><tag>007</tag></book>\n\
    <book id=\"bk2\"><title><![CDATA[<C>]]></title><price currency=\"EUR\">5</price><in>true</in><out/></book>\n\
    <count>2</count></catalog>\n";

const FIRST: &str = "{id:\"bk1\",title:\"A & B é\",price:44.90,tag:[\"x\",\"007\"]}";
const SECOND: &str = "{id:\"bk2\",title:\"<C>\",price:{currency:\"EUR\",content:5},in:true,out:\"\"}";

#[tokio::test]
async fn elements_become_rows() {
    for (more, expected) in [
        ("", format!("1: {{catalog:{{version:2,book:[{FIRST},{SECOND}],count:2}}}}\n")),
        ("query: /catalog/book", format!("2: {FIRST}\n{SECOND}\n")),
        ("query: //book", format!("2: {FIRST}\n{SECOND}\n")),
        ("query: /catalog/book/1", format!("1: {SECOND}\n")),
        ("query: /catalog/book/id", "2: \"bk1\"\n\"bk2\"\n".to_owned()),
        ("query: /catalog/book/title", "2: \"A & B é\"\n\"<C>\"\n".to_owned()),
        ("query: /catalog/count", "1: 2\n".to_owned()),
        (
            "query: /catalog/book/1, parserConfiguration: {forceList: [title]}",
            format!("1: {}\n", SECOND.replace("\"<C>\"", "[\"<C>\"]")),
        ),
    ] {
        assert_eq!(converted::<XmlToIon>(CATALOG.as_bytes(), more).await, expected, "{more}");
    }
}

#[tokio::test]
async fn a_document_that_is_a_list_has_a_row_for_each_item() {
    let two = "<items><item><a>1</a></item><item><a>2</a></item></items>";
    let one = "<items><item><a>1</a></item></items>";
    for (content, more, expected) in [
        (two, "", "2: {a:1}\n{a:2}\n"),
        (one, "", "1: {items:{item:{a:1}}}\n"),
        (one, "parserConfiguration: {forceList: [item]}", "1: {a:1}\n"),
        (one, "parserConfiguration: {forceList: [items]}", "1: {item:{a:1}}\n"),
        (two, "query: /items", "1: {item:[{a:1},{a:2}]}\n"),
        ("<a n=\"1\"><b/><b/></a>", "", "1: {a:{n:1,b:[\"\",\"\"]}}\n"),
    ] {
        assert_eq!(converted::<XmlToIon>(content.as_bytes(), more).await, expected, "{content} {more}");
    }
}

#[tokio::test]
async fn mixed_text_stays_in_order_and_numbers_stay_what_they_are() {
    for (content, expected) in [
        ("<a>x<b>1</b>y</a>", "{a:{b:1,content:[\"x\",\"y\"]}}"),
        ("<a>12345678901234567890</a>", "{a:12345678901234567890}"),
        ("<a>1.10</a>", "{a:1.10}"),
        ("<a>1.</a>", "{a:\"1.\"}"),
        ("<a>-0</a>", "{a:\"-0\"}"),
        ("<a>1e5</a>", "{a:\"1e5\"}"),
        ("<a> null </a>", "{a:null}"),
        ("<a></a>", "{a:\"\"}"),
        ("<n:a xmlns:n=\"u\">x</n:a>", "{'n:a':{'xmlns:n':\"u\",content:\"x\"}}"),
    ] {
        assert_eq!(
            converted::<XmlToIon>(content.as_bytes(), "").await,
            format!("1: {expected}\n"),
            "{content}"
        );
    }
}

#[tokio::test]
async fn the_file_says_its_charset() {
    let latin = b"<?xml version=\"1.0\" encoding='ISO-8859-1'?><a>\xe9</a>";
    assert_eq!(converted::<XmlToIon>(latin, "").await, "1: {a:\"é\"}\n");
    assert_eq!(converted::<XmlToIon>(&latin[43..], "charset: windows-1252").await, "1: {a:\"é\"}\n");
    let written = converted_bytes::<IonToXml>("{a:\"é\"}".as_bytes(), "charset: ISO-8859-1").await.unwrap();
    assert_eq!(converted::<XmlToIon>(&written, "query: /items/item").await, "1: {a:\"é\"}\n");
}

#[tokio::test]
async fn what_is_no_xml_is_told() {
    for (content, more, expected) in [
        ("<a><b></a>", "", "in `/a/b`"),
        ("<a><b>", "", "the file ends within the element `b`"),
        ("<a>&x;</a>", "", "the entity `&x;` is not known"),
        ("<!DOCTYPE a [<!ENTITY x \"yy\">]><a>&x;</a>", "", "the entity `&x;` is not known"),
        ("<a/>", "query: '/a[1]'", "conditions and stars are not understood"),
        ("<a/>", "query: '/a//b'", "an empty step"),
    ] {
        let told = converted::<XmlToIon>(content.as_bytes(), more).await;
        assert!(told.starts_with("failed: ") && told.contains(expected), "{content}: {told}");
    }
    let deep = "<a>".repeat(300);
    assert!(converted::<XmlToIon>(deep.as_bytes(), "").await.contains("more than 200 elements"));
    let stage = Stage::new();
    let from = stage.put_file("in", b"<a/>");
    stage.run::<XmlToIon>(&format!("{{from: '{from}', query: /b}}")).await.unwrap();
    assert_eq!(stage.lines(), ["WARN nothing in the file is at `/b`"]);
}

#[tokio::test]
async fn rows_become_elements() {
    let rows = "{a:\"<&>\\r\",b:null,c:[1,2],d:{'x y':1.10},e:{},f:[],'1':[[1],[]]}\n7\n";
    let expected = "2: <?xml version='1.0' encoding='UTF-8'?>\n<all>\n  <item>\n    <a>&lt;&amp;&gt;&#13;</a>\n    <b/>\n    \
        <c>1</c>\n    <c>2</c>\n    <d>\n      <x_y>1.10</x_y>\n    </d>\n    <e/>\n    <_1>\n      <item>1</item>\n    </_1>\n    \
        <_1/>\n  </item>\n  <item>7</item>\n</all>\n";
    assert_eq!(converted::<IonToXml>(rows.as_bytes(), "rootName: all").await, expected);
    assert_eq!(converted::<IonToXml>(b"", "").await, "0: <?xml version='1.0' encoding='UTF-8'?>\n<items/>\n");
    let told = converted::<IonToXml>(b"{a:1}\n{a:\"\\x01\"}", "").await;
    assert!(told.contains("row 2: the field `a` has the character"), "{told}");
}

#[tokio::test]
async fn moments_without_a_zone_are_in_utc_and_times_have_seconds() {
    let rows = "[2021-05-05T10:21:12.123Z,ZonedDateTime::\"2021-05-05T12:21:12.123456+02:00\",\
                LocalDateTime::\"2021-05-05T12:21\",LocalTime::\"12:21\",2021-05-05]";
    let expected =
        ["2021-05-05T10:21:12.123Z", "2021-05-05T11:21:12.123456+01:00", "2021-05-05T12:21:00", "12:21:00"];
    let written = converted::<IonToXml>(rows.as_bytes(), "timeZoneId: Europe/Lisbon").await;
    let items: Vec<&str> =
        written.split("<item>").skip(2).filter_map(|item| item.split('<').next()).collect();
    assert_eq!(items, [&expected[..], &["2021-05-05"]].concat());
}
