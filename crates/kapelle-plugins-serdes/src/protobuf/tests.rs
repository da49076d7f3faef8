use kapelle_plugin::stage::Stage;

use super::protobuf_to_ion::ProtobufToIon;
use crate::testing::address;

/// A message `Order` of the package `company.team`, as `protoc` describes it.
const DESCRIPTOR: &str = "0ad7030a07742e70726f746f120c636f6d70616e792e7465616d22b5030a054f72646572120e0a0269641801200128035202696412230a0d637573746f6d65725f6e616d65180220012809520c637573746f6d65724e616d6512160a06636f756e74731803200328055206636f756e747312370a0670726963657318042003280b321f2e636f6d70616e792e7465616d2e4f726465722e507269636573456e7472795206707269636573122f0a05636f6c6f7218052001280e32192e636f6d70616e792e7465616d2e4f726465722e436f6c6f725205636f6c6f7212100a0372617718062001280c5203726177122e0a056974656d7318072003280b32182e636f6d70616e792e7465616d2e4f726465722e4974656d52056974656d7312120a0470616964180820012808520470616964120c0a0166180920012802520166120c0a0178180a200128075201781a390a0b507269636573456e74727912100a036b657918012001280952036b657912140a0576616c7565180220012801520576616c75653a0238011a2c0a044974656d12100a03736b751801200128095203736b7512120a046c65667418022001281252046c656674221a0a05436f6c6f7212070a03524544100012080a04424c55451001620670726f746f33";

const MESSAGE: &str = "08fbffffffffffffffff011202c3a41a0d01feffffffffffffffff01ac02220c0a016111000000000000f83f280132036162633a050a0173100d40014d0000003f5507000000";

const ROW: &str = "{id:\"-5\",customerName:\"ä\",counts:[1,-2,300],prices:{a:1.5e0},color:\"BLUE\",raw:\"YWJj\",\
    items:[{sku:\"s\",left:\"-7\"}],paid:true,f:0.5e0,x:7}\n";

fn hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2)
        .map(|place| u8::from_str_radix(&text[place * 2..place * 2 + 2], 16).unwrap())
        .collect()
}

async fn converted(message: &[u8], descriptor: &[u8], more: &str) -> String {
    let stage = Stage::new();
    let (from, descriptor) = (stage.put_file("in", message), stage.put_file("d", descriptor));
    let properties = format!("{{from: '{from}', descriptorFile: '{descriptor}', {more}}}");
    match stage.run::<ProtobufToIon>(&properties).await {
        Ok(given) => stage.content(&address(&given)),
        Err(broken) => format!("failed: {}", broken.failure),
    }
}

#[tokio::test]
async fn messages_become_rows() {
    let (message, descriptor) = (hex(MESSAGE), hex(DESCRIPTOR));
    let more = "typeName: company.team.Order";
    assert_eq!(converted(&message, &descriptor, more).await, ROW);
    let mut many = Vec::new();
    for _ in 0..2 {
        many.push(message.len() as u8);
        many.extend(&message);
    }
    assert_eq!(converted(&many, &descriptor, &format!("{more}, delimited: true")).await, ROW.repeat(2));
    assert_eq!(converted(b"", &descriptor, more).await, "{}\n");
    let unknown = [&message[..], &[0xa0, 0x06, 0x01]].concat();
    assert_eq!(converted(&unknown, &descriptor, more).await, ROW);
    for (message, descriptor, more, expected) in [
        (
            &unknown[..],
            &descriptor[..],
            "typeName: company.team.Order, errorOnUnknownFields: true",
            "message 1: `company.team.Order` has no field of the number 100",
        ),
        (&message[..20], &descriptor, more, "message 1: it ends in the middle of a field"),
        (
            &[0x0a, 0x01, 0x00],
            &descriptor,
            more,
            "message 1: id: the data is of another type than the descriptor says",
        ),
        (
            &many[..many.len() - 1],
            &descriptor,
            "typeName: company.team.Order, delimited: true",
            "message 2: its length is wrong",
        ),
        (
            &message,
            &descriptor,
            "typeName: Order",
            "the descriptor has no message `Order`: there are company.team.Order",
        ),
        (&message, b"", more, "the descriptor cannot be read: it has no messages"),
    ] {
        let told = converted(message, descriptor, more).await;
        assert!(told.starts_with("failed: ") && told.contains(expected), "{told}");
    }
}
