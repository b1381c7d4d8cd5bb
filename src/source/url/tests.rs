//! Addresses and what is fetched for each; every platform as it speaks, on a server of its own.

mod live;

use super::*;

#[test]
fn a_host_that_may_be_trusted_is_told_how() {
    use std::net::{IpAddr, Ipv4Addr};
    for (refused, expected) in [
        (Refused::Host("wiki.internal".into()), true),
        (Refused::Address(IpAddr::V4(Ipv4Addr::LOCALHOST)), true),
        (Refused::Port(8443), true),
        (Refused::Scheme("http".into()), true),
        (Refused::Credentials, false),
        (Refused::NotAnAddress, false),
    ] {
        let error = FetchError::Refused(refused);
        assert_eq!(advice(&error).contains("SPECREVIEW_TRUSTED_HOSTS"), expected, "{error}");
    }
}

#[test]
fn changes_are_told_from_documents_and_paths() {
    let change = |host: &str, number| {
        let at = ChangeRef { owner: "o".into(), repo: "r".into(), number };
        Some(Address::Change { host: host.into(), at })
    };
    assert_eq!(recognise("https://github.com/o/r/pull/7"), change("https://github.com", 7));
    assert_eq!(recognise("https://github.com/o/r/pull/7/files#diff-1"), change("https://github.com", 7));
    assert_eq!(recognise("http://127.0.0.1:3000/o/r/pull/8/"), change("http://127.0.0.1:3000", 8));
    for document in [
        "https://git.example.org/o/r/pulls/8",
        "https://github.com/o/r/pull/x",
        "https://github.com/o/r/pulls",
        "HTTPS://example.org/a.md",
    ] {
        assert_eq!(recognise(document), Some(Address::Document(document.into())));
    }
    for path in ["specs/a.md", "-", "", "C:\\a.md", "ftp://example.org/", "https"] {
        assert_eq!(recognise(path), None, "{path}");
    }
}

#[tokio::test]
async fn a_refused_address_is_an_entry_with_advice() {
    let fetcher = Fetcher::new(crate::net::guard::Policy::default(), crate::net::client::Limits::default()).unwrap();
    let loaded = load(&fetcher, &Hosts::default(), "http://example.org/a.md", Audience::Command).await;
    let reason = "only https addresses are fetched, not http; download the document and give its path instead, \
                  or name a host of your own network in SPECREVIEW_TRUSTED_HOSTS";
    assert_eq!(loaded, [Loaded::Unread { path: "http://example.org/a.md".into(), reason: reason.into() }]);
}

#[test]
fn a_page_in_the_place_of_a_file_is_no_document() {
    use place::is_other_page;
    let page = "<!-- a -->\n<!DOCTYPE html>\n<title>Sign in</title>";
    let raw = "https://forge.example.org/o/r/raw/main/spec";
    for (address, raw, is_other) in [
        ("https://gitlab.com/o/r/-/raw/main/spec.md", "https://gitlab.com/o/r/-/raw/main/spec.md", true),
        ("https://gitlab.com/o/r/-/blob/main/spec", raw, true),
        ("https://example.org/spec.txt?a=b.html", "https://example.org/spec.txt?a=b.html", true),
        ("https://example.org/spec.html", "https://example.org/spec.html", false),
        ("https://example.org/o/blob/spec.html", raw, false),
        ("https://example.md", "https://example.md", false),
        ("https://example.org/spec", "https://example.org/spec", false),
    ] {
        assert_eq!(is_other_page(page, address, raw), is_other, "{address}");
        assert!(!is_other_page("# Spec\n\n<html>\n", address, raw), "{address}");
    }
}

#[tokio::test]
async fn a_page_in_another_character_set_is_read() {
    use crate::net::client::Answer;
    let read = async |kind: &str, bytes: &[u8]| {
        let (kind, address) = (kind.to_owned(), "https://example.org/a".to_owned());
        let answer = Answer { bytes: bytes.to_owned(), kind, charset: Some("iso-8859-1".into()), address };
        match place::piece("https://example.org/a", &answer, crate::review::Opened::page(String::new())).await {
            Loaded::Text { text, .. } => text,
            Loaded::Unread { reason, .. } => reason,
        }
    };
    assert_eq!(read("text/html", b"<p>caf\xe9").await, "<p>caf\u{e9}");
    assert!(read("application/octet-stream", b"<p>caf\xe9").await.contains("not UTF-8"));
}

/// The platforms with hosts and tokens of one's own.
fn own() -> Hosts {
    let vars = [
        ("GITHUB_API_URL", "https://ghe.example.com/api/v3"),
        ("GITHUB_TOKEN", "t"),
        ("SPECREVIEW_GITLAB_URL", "https://lab.example.com/git"),
        ("SPECREVIEW_GITLAB_TOKEN", "t"),
        ("SPECREVIEW_GITEA_URL", "https://tea.example.com"),
        ("SPECREVIEW_GITEA_TOKEN", "t"),
        ("SPECREVIEW_BITBUCKET_URL", "https://bb.example.com"),
        ("SPECREVIEW_BITBUCKET_TOKEN", "t"),
        ("SPECREVIEW_NOTION_TOKEN", "t"),
        ("SPECREVIEW_GOOGLE_TOKEN", "t"),
        ("SPECREVIEW_CONFLUENCE_URL", "https://acme.atlassian.net"),
        ("SPECREVIEW_CONFLUENCE_TOKEN", "ann@example.com:t"),
    ];
    Hosts::read(|name| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())).unwrap()
}

/// Nothing set.
fn bare() -> Hosts {
    Hosts::read(|_| None).unwrap()
}

/// The requests that an address begins with; those with a token are marked.
fn asked(address: &str, hosts: &Hosts) -> Vec<String> {
    let asks = place(&At::parse(address).unwrap(), hosts).asks();
    asks.into_iter()
        .map(|ask| format!("{}{}", if ask.credential.is_some() { "🔑 " } else { "" }, ask.address))
        .collect()
}

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

#[test]
fn what_anybody_may_read_is_fetched_without_a_token() {
    let page = |address: &'static str| (address, vec![address]);
    for (address, expected) in [
        // GitHub.
        (
            "https://github.com/o/r/blob/main/docs/a%20b.md?plain=1#L3",
            vec!["https://raw.githubusercontent.com/o/r/main/docs/a%20b.md"],
        ),
        ("https://www.github.com/o/r/blob/main/a.md", vec!["https://raw.githubusercontent.com/o/r/main/a.md"]),
        ("https://github.com/o/r/blob/f/x/a.md", vec!["https://raw.githubusercontent.com/o/r/f/x/a.md"]),
        ("https://github.com/o/r/raw/main/a.md", vec!["https://raw.githubusercontent.com/o/r/main/a.md"]),
        ("https://github.com/o/r/blame/main/a.rst", vec!["https://raw.githubusercontent.com/o/r/main/a.rst"]),
        ("https://github.com/o/r/edit/main/a.md", vec!["https://raw.githubusercontent.com/o/r/main/a.md"]),
        ("https://raw.githubusercontent.com/o/r/main/a.md", vec!["https://raw.githubusercontent.com/o/r/main/a.md"]),
        (
            "https://raw.githubusercontent.com/o/r/refs/heads/main/a.md",
            vec!["https://raw.githubusercontent.com/o/r/main/a.md"],
        ),
        (
            "https://github.com/o/r/wiki/Spec",
            vec!["https://raw.githubusercontent.com/wiki/o/r/Spec.md", "https://github.com/o/r/wiki/Spec"],
        ),
        (
            "https://raw.githubusercontent.com/wiki/o/r/Spec.md",
            vec!["https://raw.githubusercontent.com/wiki/o/r/Spec.md", "https://github.com/o/r/wiki/Spec"],
        ),
        page("https://github.com/o/r/blob/main"),
        page("https://github.com/o/r"),
        page("https://github.com/o/r/issues/5"),
        ("https://github.com/o/r/tree/main/docs", vec![]),
        (
            "https://gist.github.com/ann/0a1b",
            vec!["https://api.github.com/gists/0a1b", "https://gist.githubusercontent.com/ann/0a1b/raw"],
        ),
        (
            "https://gist.github.com/ann/0a1b#file-spec-md",
            vec!["https://api.github.com/gists/0a1b", "https://gist.githubusercontent.com/ann/0a1b/raw"],
        ),
        (
            "https://gist.github.com/ann/0a1b/0123456789abcdef0123456789abcdef01234567",
            vec![
                "https://api.github.com/gists/0a1b/0123456789abcdef0123456789abcdef01234567",
                "https://gist.githubusercontent.com/ann/0a1b/raw/0123456789abcdef0123456789abcdef01234567",
            ],
        ),
        (
            "https://gist.github.com/ann/0a1b/raw/spec.adoc",
            vec!["https://gist.githubusercontent.com/ann/0a1b/raw/spec.adoc"],
        ),
        (
            "https://gist.githubusercontent.com/ann/0a1b/raw/0123456789abcdef0123456789abcdef01234567/spec.md",
            vec!["https://gist.githubusercontent.com/ann/0a1b/raw/0123456789abcdef0123456789abcdef01234567/spec.md"],
        ),
        page("https://gist.github.com/discover"),
        page("https://gist.github.com/ann/starred"),
        // GitHub Enterprise that nobody named.
        ("https://git.example.org/o/r/blob/main/a.md", vec!["https://git.example.org/o/r/raw/main/a.md"]),
        // GitLab.
        ("https://gitlab.com/g/s/r/-/blob/main/a.md?ref_type=heads", vec!["https://gitlab.com/g/s/r/-/raw/main/a.md"]),
        ("https://gitlab.com/g/r/-/raw/main/d/a.md", vec!["https://gitlab.com/g/r/-/raw/main/d/a.md"]),
        ("https://gitlab.com/g/r/-/blame/main/a.md", vec!["https://gitlab.com/g/r/-/raw/main/a.md"]),
        ("https://gitlab.com/g/r/blob/main/a.md", vec!["https://gitlab.com/g/r/-/raw/main/a.md"]),
        ("https://git.example.org/g/r/-/blob/main/a.md#L7", vec!["https://git.example.org/g/r/-/raw/main/a.md"]),
        ("https://gitlab.com/-/snippets/12", vec!["https://gitlab.com/-/snippets/12/raw"]),
        ("https://gitlab.com/g/r/-/snippets/12", vec!["https://gitlab.com/g/r/-/snippets/12/raw"]),
        (
            "https://gitlab.com/g/r/-/snippets/12/raw/main/spec.md",
            vec!["https://gitlab.com/g/r/-/snippets/12/raw/main/spec.md"],
        ),
        ("https://gitlab.com/snippets/12", vec!["https://gitlab.com/-/snippets/12/raw"]),
        (
            "https://gitlab.com/g/s/r/-/merge_requests/7",
            vec!["https://gitlab.com/api/v4/projects/g%2Fs%2Fr/merge_requests/7"],
        ),
        (
            "https://git.example.org/g/r/-/merge_requests/7/diffs?tab=1#note_1",
            vec!["https://git.example.org/api/v4/projects/g%2Fr/merge_requests/7"],
        ),
        (
            "https://gitlab.com/g/r/-/wikis/specs/fraud",
            vec!["https://gitlab.com/api/v4/projects/g%2Fr/wikis/specs%2Ffraud"],
        ),
        ("https://gitlab.com/g/r/-/tree/main/docs", vec![]),
        page("https://gitlab.com/g/r"),
        page("https://gitlab.com/g/r/-/merge_requests"),
        page("https://gitlab.com/g/r/-/merge_requests/new"),
        // Gitea and Forgejo.
        ("https://codeberg.org/o/r/src/branch/main/d/a.md", vec!["https://codeberg.org/o/r/raw/branch/main/d/a.md"]),
        ("https://codeberg.org/o/r/raw/tag/v1/a.md", vec!["https://codeberg.org/o/r/raw/tag/v1/a.md"]),
        ("https://codeberg.org/o/r/src/commit/0a1b/a.md#L2", vec!["https://codeberg.org/o/r/raw/commit/0a1b/a.md"]),
        ("https://codeberg.org/o/r/media/branch/main/a.md", vec!["https://codeberg.org/o/r/raw/branch/main/a.md"]),
        ("https://codeberg.org/o/r/pulls/8", vec!["https://codeberg.org/api/v1/repos/o/r/pulls/8"]),
        ("https://codeberg.org/o/r/pulls/8/files", vec!["https://codeberg.org/api/v1/repos/o/r/pulls/8"]),
        page("https://codeberg.org/o/r/pulls"),
        page("https://codeberg.org/o/r/src/branch/main"),
        // Bitbucket.
        ("https://bitbucket.org/w/r/src/main/a.md", vec!["https://bitbucket.org/w/r/raw/main/a.md"]),
        (
            "https://bitbucket.org/w/r/src/0a1b/d/a.md?at=main#lines-3",
            vec!["https://bitbucket.org/w/r/raw/0a1b/d/a.md"],
        ),
        ("https://bitbucket.org/w/r/raw/0a1b/a.md", vec!["https://bitbucket.org/w/r/raw/0a1b/a.md"]),
        (
            "https://bitbucket.org/w/r/pull-requests/5/a-title/diff",
            vec!["https://api.bitbucket.org/2.0/repositories/w/r/pullrequests/5"],
        ),
        ("https://bitbucket.org/snippets/w/aBc", vec!["https://api.bitbucket.org/2.0/snippets/w/aBc"]),
        ("https://bitbucket.org/w/workspace/snippets/aBc/name", vec!["https://api.bitbucket.org/2.0/snippets/w/aBc"]),
        page("https://bitbucket.org/w/r/src/main"),
        (
            "https://git.example.org/projects/P/repos/r/browse/d/a.md?at=refs%2Fheads%2Fmain#3",
            vec!["https://git.example.org/projects/P/repos/r/raw/d/a.md?at=refs%2Fheads%2Fmain"],
        ),
        (
            "https://git.example.org/users/ann/repos/r/raw/a.md",
            vec!["https://git.example.org/users/ann/repos/r/raw/a.md"],
        ),
        (
            "https://git.example.org/projects/P/repos/r/pull-requests/3/overview",
            vec!["https://git.example.org/rest/api/1.0/projects/P/repos/r/pull-requests/3"],
        ),
        ("https://git.example.org/projects/P/repos/r/browse", vec![]),
        // Google.
        (
            "https://docs.google.com/document/d/1aB/edit?tab=t.0",
            vec!["https://docs.google.com/document/d/1aB/export?format=md"],
        ),
        (
            "https://docs.google.com/document/u/1/d/1aB/edit",
            vec!["https://docs.google.com/document/d/1aB/export?format=md"],
        ),
        page("https://docs.google.com/document/d/e/2PACX/pub"),
        (
            "https://docs.google.com/spreadsheets/d/1aB/edit#gid=7",
            vec!["https://docs.google.com/spreadsheets/d/1aB/export?format=csv&gid=7"],
        ),
        (
            "https://docs.google.com/spreadsheets/d/1aB/edit?gid=7#gid=7&range=A1",
            vec!["https://docs.google.com/spreadsheets/d/1aB/export?format=csv&gid=7"],
        ),
        (
            "https://docs.google.com/spreadsheets/d/1aB",
            vec!["https://docs.google.com/spreadsheets/d/1aB/export?format=csv"],
        ),
        (
            "https://docs.google.com/spreadsheets/d/e/2PACX/pubhtml?gid=1&single=true",
            vec!["https://docs.google.com/spreadsheets/d/e/2PACX/pub?output=csv&gid=1"],
        ),
        (
            "https://drive.google.com/file/d/1aB/view?usp=sharing",
            vec!["https://drive.google.com/uc?export=download&id=1aB"],
        ),
        ("https://drive.google.com/open?id=1aB", vec!["https://drive.google.com/uc?export=download&id=1aB"]),
        page("https://drive.google.com/drive/folders/1aB"),
        // Notion needs a token.
        ("https://www.notion.so/acme/Spec-0a1b2c3d4e5f60718293a4b5c6d7e8f9", vec![]),
        page("https://www.notion.so/product"),
        // Confluence.
        (
            "https://acme.atlassian.net/wiki/spaces/AI/pages/98432/Fraud+model",
            vec!["https://acme.atlassian.net/wiki/api/v2/pages/98432?body-format=view"],
        ),
        (
            "https://wiki.example.org/pages/viewpage.action?pageId=98432",
            vec!["https://wiki.example.org/rest/api/content/98432?expand=body.view"],
        ),
        (
            "https://wiki.example.org/display/AI/Fraud+model",
            vec!["https://wiki.example.org/rest/api/content?spaceKey=AI&title=Fraud+model&expand=body.view"],
        ),
        // Anything else.
        page("https://example.org/a.md?x=1"),
        page("https://example.org/"),
        page("https://example.org/blog/2027/spec"),
        page("https://example.org/o/blob/a"),
        page("https://example.org/-/blob/main/a.md"),
        page("https://x.notion.example.org/Spec-0a1b2c3d4e5f60718293a4b5c6d7e8f9"),
    ] {
        assert_eq!(asked(address, &bare()), expected, "{address}");
    }
}

#[test]
fn what_a_token_opens_is_asked_of_the_interface_at_the_named_version_first() {
    let at_commit = format!("https://ghe.example.com/o/r/blob/{COMMIT}/d/a.md");
    let of_commit = format!("🔑 https://ghe.example.com/api/v3/repos/o/r/contents/d/a.md?ref={COMMIT}");
    let raw_commit = format!("https://ghe.example.com/o/r/raw/{COMMIT}/d/a.md");
    for (address, expected) in [
        (at_commit.as_str(), vec![of_commit.as_str(), raw_commit.as_str()]),
        (
            "https://ghe.example.com/o/r/blob/f/x/a%20b.md",
            vec![
                "🔑 https://ghe.example.com/api/v3/repos/o/r/contents/x/a%20b.md?ref=f",
                "🔑 https://ghe.example.com/api/v3/repos/o/r/contents/a%20b.md?ref=f%2Fx",
                "https://ghe.example.com/o/r/raw/f/x/a%20b.md",
            ],
        ),
        (
            "https://ghe.example.com/gist/ann/0a1b",
            vec!["🔑 https://ghe.example.com/api/v3/gists/0a1b", "https://ghe.example.com/gist/ann/0a1b/raw"],
        ),
        (
            "https://lab.example.com/git/g/s/r/-/blob/main/d/a.md",
            vec![
                "🔑 https://lab.example.com/git/api/v4/projects/g%2Fs%2Fr/repository/files/d%2Fa.md/raw?ref=main",
                "🔑 https://lab.example.com/git/api/v4/projects/g%2Fs%2Fr/repository/files/a.md/raw?ref=main%2Fd",
                "https://lab.example.com/git/g/s/r/-/raw/main/d/a.md",
            ],
        ),
        (
            "https://lab.example.com/git/g/r/-/merge_requests/7",
            vec!["🔑 https://lab.example.com/git/api/v4/projects/g%2Fr/merge_requests/7"],
        ),
        (
            "https://lab.example.com/git/-/snippets/12",
            vec![
                "🔑 https://lab.example.com/git/api/v4/snippets/12/raw",
                "https://lab.example.com/git/-/snippets/12/raw",
            ],
        ),
        (
            "https://lab.example.com/git/g/r/-/snippets/12/raw/main/d/spec.md",
            vec![
                "🔑 https://lab.example.com/git/api/v4/projects/g%2Fr/snippets/12/files/main/d%2Fspec.md/raw",
                "https://lab.example.com/git/g/r/-/snippets/12/raw/main/d/spec.md",
            ],
        ),
        (
            "https://tea.example.com/o/r/src/tag/v1/a.md",
            vec![
                "🔑 https://tea.example.com/api/v1/repos/o/r/raw/a.md?ref=v1",
                "https://tea.example.com/o/r/raw/tag/v1/a.md",
            ],
        ),
        ("https://tea.example.com/o/r/pulls/8", vec!["🔑 https://tea.example.com/api/v1/repos/o/r/pulls/8"]),
        (
            "https://bb.example.com/projects/P/repos/r/browse/a.md?at=v1",
            vec![
                "🔑 https://bb.example.com/rest/api/1.0/projects/P/repos/r/raw/a.md?at=v1",
                "https://bb.example.com/projects/P/repos/r/raw/a.md?at=v1",
            ],
        ),
        (
            "https://bb.example.com/projects/P/repos/r/pull-requests/3",
            vec!["🔑 https://bb.example.com/rest/api/1.0/projects/P/repos/r/pull-requests/3"],
        ),
        (
            "https://www.notion.so/acme/Spec-0a1b2c3d4e5f60718293a4b5c6d7e8f9?pvs=4",
            vec!["🔑 https://api.notion.com/v1/pages/0a1b2c3d4e5f60718293a4b5c6d7e8f9"],
        ),
        (
            "https://acme.notion.site/Spec-0a1b2c3d4e5f60718293a4b5c6d7e8f9",
            vec!["🔑 https://api.notion.com/v1/pages/0a1b2c3d4e5f60718293a4b5c6d7e8f9"],
        ),
        (
            "https://www.notion.so/acme/1111111111111111111111111111111f?v=2&p=0a1b2c3d4e5f60718293a4b5c6d7e8f9&pm=s",
            vec!["🔑 https://api.notion.com/v1/pages/0a1b2c3d4e5f60718293a4b5c6d7e8f9"],
        ),
        (
            "https://www.notion.so/acme/1111111111111111111111111111111f?v=0a1b2c3d4e5f60718293a4b5c6d7e8f9",
            vec!["🔑 https://api.notion.com/v1/databases/1111111111111111111111111111111f"],
        ),
        (
            "https://docs.google.com/document/u/1/d/1aB/edit?tab=t.0",
            vec![
                "🔑 https://www.googleapis.com/drive/v3/files/1aB/export?mimeType=text%2Fmarkdown",
                "🔑 https://www.googleapis.com/drive/v3/files/1aB?alt=media&supportsAllDrives=true",
                "https://docs.google.com/document/d/1aB/export?format=md",
            ],
        ),
        (
            "https://docs.google.com/spreadsheets/d/1aB/edit#gid=0",
            vec![
                "🔑 https://sheets.googleapis.com/v4/spreadsheets/1aB?fields=sheets.properties%28sheetId%2Ctitle%2CsheetType%29",
                "🔑 https://www.googleapis.com/drive/v3/files/1aB/export?mimeType=text%2Fcsv",
                "https://docs.google.com/spreadsheets/d/1aB/export?format=csv&gid=0",
            ],
        ),
        // The interface for files exports the first sheet only.
        (
            "https://docs.google.com/spreadsheets/d/1aB/edit#gid=7",
            vec![
                "🔑 https://sheets.googleapis.com/v4/spreadsheets/1aB?fields=sheets.properties%28sheetId%2Ctitle%2CsheetType%29",
                "https://docs.google.com/spreadsheets/d/1aB/export?format=csv&gid=7",
            ],
        ),
        (
            "https://drive.google.com/file/d/1aB/view",
            vec![
                "🔑 https://www.googleapis.com/drive/v3/files/1aB?alt=media&supportsAllDrives=true",
                "https://drive.google.com/uc?export=download&id=1aB",
            ],
        ),
        (
            "https://drive.google.com/open?id=1aB",
            vec![
                "🔑 https://www.googleapis.com/drive/v3/files/1aB?alt=media&supportsAllDrives=true",
                "🔑 https://www.googleapis.com/drive/v3/files/1aB/export?mimeType=text%2Fmarkdown",
                "https://drive.google.com/uc?export=download&id=1aB",
            ],
        ),
        // What is no number of a file asks the interface for nothing.
        ("https://drive.google.com/open?id=1aB%2F..%2Fx", vec!["https://drive.google.com/open?id=1aB%2F..%2Fx"]),
        (
            "https://docs.google.com.evil.example/document/d/1aB/edit",
            vec!["https://docs.google.com.evil.example/document/d/1aB/edit"],
        ),
        (
            "https://acme.atlassian.net/wiki/spaces/AI/pages/edit-v2/98432",
            vec!["🔑 https://acme.atlassian.net/wiki/api/v2/pages/98432?body-format=view"],
        ),
        (
            "https://acme.atlassian.net/wiki/x/gIAB",
            vec!["🔑 https://acme.atlassian.net/wiki/api/v2/pages/98432?body-format=view"],
        ),
        (
            "https://acme.atlassian.net/wiki/spaces/AI/blog/2027/01/31/98432/Why",
            vec!["🔑 https://acme.atlassian.net/wiki/api/v2/blogposts/98432?body-format=view"],
        ),
        // A token is for its own host: everything else is asked for as by anybody.
        ("https://github.com/o/r/blob/main/a.md", vec!["https://raw.githubusercontent.com/o/r/main/a.md"]),
        ("https://gitlab.com/g/r/-/blob/main/a.md", vec!["https://gitlab.com/g/r/-/raw/main/a.md"]),
        (
            "https://lab.example.com/g/r/-/merge_requests/7",
            vec!["https://lab.example.com/api/v4/projects/g%2Fr/merge_requests/7"],
        ),
        (
            "https://evil.atlassian.net/wiki/spaces/AI/pages/1/x",
            vec!["https://evil.atlassian.net/wiki/api/v2/pages/1?body-format=view"],
        ),
        (
            "https://bitbucket.org/w/r/pull-requests/5",
            vec!["https://api.bitbucket.org/2.0/repositories/w/r/pullrequests/5"],
        ),
        ("http://tea.example.com/o/r/pulls/8", vec!["http://tea.example.com/api/v1/repos/o/r/pulls/8"]),
        ("https://tea.example.com:8443/o/r/pulls/8", vec!["https://tea.example.com:8443/api/v1/repos/o/r/pulls/8"]),
        (
            "https://tea.example.com.evil.example/o/r/pulls/8",
            vec!["https://tea.example.com.evil.example/api/v1/repos/o/r/pulls/8"],
        ),
        // A host that is known to be of one platform is not taken for another.
        ("https://tea.example.com/g/r/-/blob/main/a.md", vec!["https://tea.example.com/g/r/-/blob/main/a.md"]),
        ("https://ghe.example.com/o/r/pulls/8", vec!["https://ghe.example.com/o/r/pulls/8"]),
    ] {
        assert_eq!(asked(address, &own()), expected, "{address}");
    }
}

#[test]
fn what_cannot_be_done_says_what_to_set() {
    let remedy = |address: &str, hosts: &Hosts| place(&At::parse(address).unwrap(), hosts).remedy().unwrap_or_default();
    for (address, words) in [
        ("https://github.com/o/r/blob/main/a.md", "if it is private, set GITHUB_TOKEN to a token that may read it"),
        (
            "https://git.example.org/o/r/blob/main/a.md",
            "set GITHUB_API_URL=https://git.example.org/api/v3 and GITHUB_TOKEN to",
        ),
        ("https://gitlab.com/g/r/-/blob/main/a.md", "set SPECREVIEW_GITLAB_TOKEN to"),
        (
            "https://git.example.org/g/r/-/blob/main/a.md",
            "set SPECREVIEW_GITLAB_URL=https://git.example.org and SPECREVIEW_GITLAB_TOKEN to",
        ),
        (
            "https://codeberg.org/o/r/pulls/8",
            "set SPECREVIEW_GITEA_URL=https://codeberg.org and SPECREVIEW_GITEA_TOKEN to",
        ),
        ("https://bitbucket.org/w/r/src/main/a.md", "set SPECREVIEW_BITBUCKET_TOKEN to"),
        (
            "https://acme.atlassian.net/wiki/spaces/AI/pages/1/x",
            "set SPECREVIEW_CONFLUENCE_URL=https://acme.atlassian.net and SPECREVIEW_CONFLUENCE_TOKEN to",
        ),
        (
            "https://docs.google.com/document/d/1aB/edit",
            "share it with everybody who has the link, set SPECREVIEW_GOOGLE_TOKEN to an OAuth token that may read it",
        ),
    ] {
        let said = remedy(address, &bare());
        assert!(said.contains(words), "{address}: {said}");
    }
    for (address, words) in [
        (
            "https://docs.google.com/document/d/1aB/edit",
            "check the address, and that the token of SPECREVIEW_GOOGLE_TOKEN",
        ),
        ("https://docs.google.com/spreadsheets/d/1aB/edit#gid=7", "in which the Google Sheets API is switched on"),
    ] {
        let said = remedy(address, &own());
        assert!(said.contains(words), "{address}: {said}");
    }
    // The token of a gateway is for the gateway.
    let behind = |name: &str| match name {
        "SPECREVIEW_GOOGLE_URL" => Some("https://gate.example.com/drive/v3".to_owned()),
        "SPECREVIEW_GOOGLE_TOKEN" => Some("t".to_owned()),
        _ => None,
    };
    let (sheet, behind) = ("https://docs.google.com/spreadsheets/d/1aB/edit?gid=7", Hosts::read(behind).unwrap());
    assert_eq!(asked(sheet, &behind), ["https://docs.google.com/spreadsheets/d/1aB/export?format=csv&gid=7"]);
    assert!(remedy(sheet, &behind).contains("the first sheet is read: take `gid=` out"));
    let said = remedy("https://tea.example.com/o/r/pulls/8", &own());
    assert_eq!(said, "check the address, and that the token of SPECREVIEW_GITEA_TOKEN may read it");
}
