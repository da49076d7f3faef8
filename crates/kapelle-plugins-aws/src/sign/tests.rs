use super::*;

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The signature of a request of the published suite of vectors.
fn of_suite(
    method: &str,
    path: &str,
    query: &[(&str, &str)],
    more: &[(&str, &str)],
    content: &str,
) -> String {
    let mut headers = pairs(more);
    headers.extend(pairs(&[("Host", "example.amazonaws.com"), ("X-Amz-Date", "20150830T123600Z")]));
    let scope =
        Scope { moment: "2015-08-30T12:36:00Z".parse().unwrap(), region: "us-east-1", service: "service" };
    let content = digest_of(content.as_bytes());
    let query = pairs(query);
    let request = Unsigned { method, path, query: &query, headers: &headers, content: &content };
    authorization("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", &scope, &request)
        .rsplit_once('=')
        .unwrap()
        .1
        .to_owned()
}

#[test]
fn the_published_vectors_come_out() {
    assert_eq!(digest_of(b""), EMPTY);
    for (name, signature, expected) in [
        (
            "get-vanilla",
            of_suite("GET", "/", &[], &[], ""),
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        ),
        (
            "get-vanilla-query-order-key-case",
            of_suite("GET", "/", &[("Param2", "value2"), ("Param1", "value1")], &[], ""),
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        (
            "get-utf8",
            of_suite("GET", "/ሴ", &[], &[], ""),
            "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
        ),
        (
            "post-vanilla",
            of_suite("POST", "/", &[], &[], ""),
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
        ),
        (
            "post-header-key-sort",
            of_suite("POST", "/", &[], &[("My-Header1", "value1")], ""),
            "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
        ),
        (
            "post-x-www-form-urlencoded",
            of_suite(
                "POST",
                "/",
                &[],
                &[("Content-Type", "application/x-www-form-urlencoded")],
                "Param1=value1",
            ),
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
        ),
    ] {
        assert_eq!(signature, expected, "{name}");
    }
}

/// The examples of the documentation of S3.
#[test]
fn the_examples_of_s3_come_out() {
    let scope = Scope { moment: "2013-05-24T00:00:00Z".parse().unwrap(), region: "us-east-1", service: "s3" };
    let signature = |method, path, query: &[(&str, &str)], more: &[(&str, &str)], content: &str| {
        let content = digest_of(content.as_bytes());
        let mut headers = pairs(more);
        headers.extend(pairs(&[
            ("Host", "examplebucket.s3.amazonaws.com"),
            ("x-amz-content-sha256", &content),
            ("x-amz-date", "20130524T000000Z"),
        ]));
        let query = pairs(query);
        let request = Unsigned { method, path, query: &query, headers: &headers, content: &content };
        let (key, secret) = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        authorization(key, secret, &scope, &request)
    };
    assert_eq!(
        signature("GET", "/test.txt", &[], &[("Range", "bytes=0-9")], ""),
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
         SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, \
         Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    );
    for (signature, expected) in [
        (
            signature(
                "PUT",
                "/test%24file.text",
                &[],
                &[("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")],
                "Welcome to Amazon S3.",
            ),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
        (
            signature("GET", "/", &[("lifecycle", "")], &[], ""),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        ),
        (
            signature("GET", "/", &[("max-keys", "2"), ("prefix", "J")], &[], ""),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ] {
        assert_eq!(signature.rsplit_once('=').unwrap().1, expected);
    }
}

#[test]
fn values_of_one_header_are_one_line_without_superfluous_blanks() {
    let headers = pairs(&[("My-Header1", "value4"), ("Host", "h"), ("my-header1", "  a   b ")]);
    let request = Unsigned { method: "GET", path: "/", query: &[], headers: &headers, content: EMPTY };
    let (text, names) = canonical(&request, "service");
    assert_eq!(names, "host;my-header1");
    assert!(text.contains("my-header1:value4,a b\n"), "{text}");
}
