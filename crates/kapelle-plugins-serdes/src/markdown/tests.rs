use super::html_to_markdown::HtmlToMarkdown;
use super::markdown_to_html::MarkdownToHtml;
use super::markdown_to_text::MarkdownToText;
use crate::testing::converted;

#[tokio::test]
async fn markdown_becomes_html() {
    for (markdown, html) in [
        ("# A *b*\n\nx", "<h1>A <em>b</em></h1>\n<p>x</p>\n"),
        (
            "- [x] a\n- b",
            "<ul>\n<li><input disabled=\"\" type=\"checkbox\" checked=\"\"/>\na</li>\n<li>b</li>\n</ul>\n",
        ),
        ("~~a~~ <b>c</b> ä&", "<p><del>a</del> <b>c</b> ä&amp;</p>\n"),
        ("", ""),
    ] {
        assert_eq!(converted::<MarkdownToHtml>(markdown.as_bytes(), "").await, html, "{markdown}");
    }
    let table = converted::<MarkdownToHtml>(b"|a|b|\n|-|-|\n|1|2|\n", "").await;
    assert!(table.contains("<th>a</th>") && table.contains("<td>2</td>"), "{table}");
}

#[tokio::test]
async fn markdown_becomes_text() {
    for (markdown, text) in [
        ("# A *b*\n\nx [y](z) `c`\nd  \ne", "A b\nx y c d\ne"),
        ("- a\n- b\n\nend", "- a\n- b\nend"),
        ("1. a\n\n   - b\n     c\n\n2. d", "- a\n- b c\n- d"),
        ("> a\n\nb\n\n***\n\nc", "a\nb\nc"),
        ("x\n\n```\n  co\n\nde\n```\ny", "x\n  co\n\nde\ny"),
        ("- a\n  > b\n- ```\n  c\n  ```\n- - d", "- a\nb\n- c\n- - d"),
        ("|a|b|\n|-|-|\n|1|2|\n", "a\tb\n1\t2"),
        ("", ""),
    ] {
        assert_eq!(converted::<MarkdownToText>(markdown.as_bytes(), "").await, text, "{markdown}");
    }
}

#[tokio::test]
async fn html_becomes_markdown() {
    for (html, markdown) in [
        ("<h1>A</h1><p>b <b>c</b> <i>d </i>e</p>", "# A\n\nb **c** *d* e\n"),
        ("<ul><li>a</li><li>b<ol><li>c</li><li>d</li></ol></li></ul>", "- a\n- b\n    1. c\n    2. d\n"),
        ("<p>x<br>y</p><hr/><blockquote>q</blockquote>", "x  \ny\n\n---\n\n> q\n"),
        ("<a href='u?a=1&amp;b=2'>l</a> <img src=i.png alt=\"p\">", "[l](u?a=1&b=2) ![p](i.png)\n"),
        ("<p>use <code>a_b</code></p><pre><code>x\n  y</code></pre>", "use `a_b`\n\n```\nx\n  y\n```\n"),
        (
            "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2<br>3</td></tr></table>",
            "| a | b |\n| --- | --- |\n| 1 | 2 3 |\n",
        ),
        (
            "<style>p{}</style><script>if (a<b) {}</script><!-- no --><p>1 &lt; 2 &copy; &#233; &foo;</p>",
            "1 \\< 2 © é &foo;\n",
        ),
        ("a * b_c < d", "a \\* b\\_c \\< d\n"),
        ("", ""),
        ("<p", ""),
    ] {
        assert_eq!(converted::<HtmlToMarkdown>(html.as_bytes(), "").await, markdown, "{html}");
    }
    let html =
        "<nav>menu<p>x</p></nav><a href=/a>1</a> <a href=b>2</a> <a href=//c.d/>3</a> <a href=#e>4</a>";
    let more = "ignoreTags: [NAV], baseUri: 'https://x.y/p/q.html'";
    assert_eq!(
        converted::<HtmlToMarkdown>(html.as_bytes(), more).await,
        "[1](https://x.y/a) [2](https://x.y/p/b) [3](https://c.d/) [4](#e)\n"
    );
}
