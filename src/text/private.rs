//! What is nobody else's business: secrets by their known forms, and personal data. The one table of these forms. Finds,
//! and never judges who may see it.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::Span;

/// What kind of private text it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrivateKind {
    /// A token, key, password, or the credentials of an address.
    Secret,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// The number of a bank account whose check digits are right.
    Iban,
    /// The number of a payment card whose check digit is right.
    Card,
}

impl PrivateKind {
    /// The word that stands in its place: `[email 1]`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Iban => "iban",
            Self::Card => "card",
        }
    }
}

/// One piece of private text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Private {
    /// What it is.
    pub kind: PrivateKind,
    /// Its place in the text that was searched.
    pub span: Span,
}

/// When a match of a form counts.
#[derive(Clone, Copy)]
enum Only {
    Always,
    /// With a letter and a digit: `sk-learn-pipeline-of-trees` is no key.
    Mixed,
    /// A value, not the word for one ("password: required" is kept, "token: string" too).
    Password,
    Phone,
    Iban,
    Card,
}

/// Pattern, what it finds, when it counts. Where there is a group, the group is what is private.
const FORMS: &[(&str, PrivateKind, Only)] = &[
    (
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-[^-])*(?:-----END [A-Z0-9 ]{0,40}-----)?",
        PrivateKind::Secret,
        Only::Always,
    ),
    (r"\bgh[pousr]_[A-Za-z0-9][A-Za-z0-9._-]{14,}[A-Za-z0-9]", PrivateKind::Secret, Only::Always),
    (r"\bgithub_pat_[A-Za-z0-9_]{16,}", PrivateKind::Secret, Only::Always),
    (r"\b(?:glpat|gldt|glrt)-[A-Za-z0-9_.-]{16,}", PrivateKind::Secret, Only::Always),
    (r"\bsk-[A-Za-z0-9_-]{16,}", PrivateKind::Secret, Only::Mixed),
    (r"\b[rsp]k_(?:live|test)_[A-Za-z0-9]{12,}", PrivateKind::Secret, Only::Always),
    (r"\bwhsec_[A-Za-z0-9+/=_-]{12,}", PrivateKind::Secret, Only::Always),
    (r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b", PrivateKind::Secret, Only::Always),
    (r"\bAIza[A-Za-z0-9_-]{35}", PrivateKind::Secret, Only::Always),
    (r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}", PrivateKind::Secret, Only::Mixed),
    (r"\b(?:hf|npm|dckr_pat|shpat)_[A-Za-z0-9_-]{20,}", PrivateKind::Secret, Only::Mixed),
    (r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?", PrivateKind::Secret, Only::Always),
    (r"(?i)\b(?:bearer|basic)\s{1,3}([A-Za-z0-9._~+/=-]{15,}[A-Za-z0-9=_-])", PrivateKind::Secret, Only::Mixed),
    (r"(?i)\b[a-z][a-z0-9+.-]{1,20}://([^\s:/?#@]{0,100}:[^\s@/]{1,200})@", PrivateKind::Secret, Only::Always),
    (
        r#"(?i)(?:password|passwd|passphrase|passwort|kennwort|pwd|mot de passe|contraseña|senha|пароль)["'`*]{0,3}\s{0,3}[:=]\s{0,3}["'`*]{0,3}([^\s"'`|,;<>]{6,200})"#,
        PrivateKind::Secret,
        Only::Password,
    ),
    (
        r#"(?i)(?:secret|token|api[_ -]?key|access[_ -]?key|account[_ ]?key|private[_ -]?key|credential)["'`*]{0,3}\s{0,3}[:=]\s{0,3}["'`*]{0,3}([^\s"'`|,;<>]{12,300})"#,
        PrivateKind::Secret,
        Only::Mixed,
    ),
    (r"[\w.%+-]+@[\w-]+(?:\.[\w-]+)*\.\p{L}{2,24}", PrivateKind::Email, Only::Always),
    (r"\b[A-Z]{2}[0-9]{2}(?:[ ]?[A-Z0-9]){11,30}\b", PrivateKind::Iban, Only::Iban),
    (r"\b[2-6][0-9](?:[ -]?[0-9]){11,17}\b", PrivateKind::Card, Only::Card),
    (r"\+[0-9][0-9 ()./-]{6,22}[0-9]", PrivateKind::Phone, Only::Phone),
    (r"\([0-9]{3}\) ?[0-9]{3}[ .-][0-9]{4}\b", PrivateKind::Phone, Only::Phone),
    (r"\b[0-9]{3}[.-][0-9]{3}[.-][0-9]{4}\b", PrivateKind::Phone, Only::Phone),
    (
        r"(?i)(?:\btel\b|\bphone\b|telephone|\bmobile\b|\bfax\b|\bcell\b|telefon|\bmobil\b|téléphone|teléfono|telefone|телефон|\bтел\b|电话|電話|전화)[.:]{0,2}\s{0,3}([0-9(][0-9 ()./-]{5,22}[0-9])",
        PrivateKind::Phone,
        Only::Phone,
    ),
];

/// The forms that compile; a test sees to it that all do.
static COMPILED: LazyLock<Vec<(Regex, PrivateKind, Only)>> = LazyLock::new(|| {
    FORMS.iter().filter_map(|(form, kind, only)| Some((Regex::new(form).ok()?, *kind, *only))).collect()
});

/// Everything private in `text`, in order and apart. Of two that overlap the one that begins first counts, then the longer.
#[must_use]
pub fn private(text: &str) -> Vec<Private> {
    found(text, |_| true)
}

fn found(text: &str, wanted: fn(PrivateKind) -> bool) -> Vec<Private> {
    let mut all: Vec<Private> = Vec::new();
    for (form, kind, only) in COMPILED.iter().filter(|(_, kind, _)| wanted(*kind)) {
        for found in form.captures_iter(text) {
            let Some(place) = found.get(1).or_else(|| found.get(0)) else { continue };
            if counts(*only, place.as_str()) {
                all.push(Private { kind: *kind, span: Span::new(place.start(), place.end()) });
            }
        }
    }
    all.sort_by_key(|one| (one.span.start(), std::cmp::Reverse(one.span.end())));
    let mut end = 0;
    all.retain(|one| {
        let apart = one.span.start() >= end;
        end = if apart { one.span.end() } else { end };
        apart
    });
    all
}

/// The text without its secrets: `[secret]` stands in the place of each. Other private text stays.
#[must_use]
pub fn without_secrets(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut rest = 0;
    for Private { span, .. } in found(text, |kind| kind == PrivateKind::Secret) {
        out.push_str(text.get(rest..span.start()).unwrap_or_default());
        out.push_str("[secret]");
        rest = span.end();
    }
    if rest == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(rest..).unwrap_or_default());
    Cow::Owned(out)
}

fn counts(only: Only, found: &str) -> bool {
    let mixed = || found.chars().any(|c| c.is_ascii_digit()) && found.chars().any(char::is_alphabetic);
    let digits: Vec<u32> = found.chars().filter_map(|c| c.to_digit(10)).collect();
    match only {
        Only::Always => true,
        Only::Mixed => mixed(),
        Only::Password => {
            let placeholder =
                found.starts_with(['$', '{', '[', '%', '‹']) || found.chars().all(|c| "*xX.•-_".contains(c));
            !placeholder && (mixed() || found.chars().any(|c| c.is_ascii_punctuation() && !".:)".contains(c)))
        }
        Only::Phone => (7..=15).contains(&digits.len()),
        Only::Iban => iban(found),
        Only::Card => (13..=19).contains(&digits.len()) && luhn(&digits),
    }
}

/// ISO 13616: the first four characters to the end, letters as 10 to 35, the number modulo 97 is 1.
fn iban(text: &str) -> bool {
    let plain: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    if !(15..=34).contains(&plain.len()) {
        return false;
    }
    let turned = plain.iter().skip(4).chain(plain.iter().take(4));
    let rest = turned.fold(0_u32, |rest, c| match c.to_digit(36) {
        Some(value) if value > 9 => (rest * 100 + value) % 97,
        Some(value) => (rest * 10 + value) % 97,
        None => rest,
    });
    rest == 1
}

/// ISO/IEC 7812: every second digit from the right doubled, digit sums added, divisible by 10.
fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| if at % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { *digit })
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|digit| *digit != digits.first().copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(PrivateKind, &str)]) {
        let found: Vec<_> = private(text).iter().map(|one| (one.kind, one.span.of(text))).collect();
        assert_eq!(found, expected, "{text}");
    }

    /// Put together here, so that no scanner takes the test for a leak.
    fn token(head: &str) -> String {
        format!("{head}{}", "aB3dE5fG7hI9jK1mN3pQ5rS7tU9vW1xY3zA5")
    }

    #[test]
    fn every_form_compiles() {
        assert_eq!(COMPILED.len(), FORMS.len());
    }

    #[test]
    fn secrets_are_known_by_their_form() {
        for head in [
            "ghp_",
            "ghs_",
            "ghs_12345_eyJ.",
            "github_pat_",
            "glpat-",
            "sk-",
            "sk-proj-",
            "sk-ant-api03-",
            "whsec_",
            "sk_live_",
            "hf_",
            "npm_",
        ] {
            let token = token(head);
            check(&format!("use {token}, please"), &[(PrivateKind::Secret, &token)]);
        }
        let key = format!("AKIA{}", "ABCDEFGH12345678");
        check(&format!("({key})"), &[(PrivateKind::Secret, &key)]);
        let jwt = format!("eyJ{0}.eyJ{0}.{0}", "hbGciOiJIUzI1NiJ9");
        check(&format!("bearer {jwt}."), &[(PrivateKind::Secret, &jwt)]);
        let pem = format!("-----BEGIN RSA {0}-----\nMIIE\nabc=\n-----END RSA {0}-----", "PRIVATE KEY");
        check(&format!("x\n{pem}\ny"), &[(PrivateKind::Secret, &pem)]);
        let bearer = token("");
        check(&format!("authorization: Bearer {bearer}"), &[(PrivateKind::Secret, &bearer)]);
        check("the bearer shall present the certificate", &[]);
        check("db: postgres://app:s3cr3t@db.corp:5432/x", &[(PrivateKind::Secret, "app:s3cr3t")]);
        check("password: hunter22!", &[(PrivateKind::Secret, "hunter22!")]);
        check("PASSWORD='correct-horse'", &[(PrivateKind::Secret, "correct-horse")]);
        check("api_key = abc123def456ghi", &[(PrivateKind::Secret, "abc123def456ghi")]);
    }

    #[test]
    fn words_about_secrets_are_none() {
        for text in [
            "Password: required at login.",
            "password: ${PASSWORD} or password=********",
            "The token: a string of the tokenizer. tokens: 4096, max_tokens = 1000000000000",
            "sk-learn-based-regression-models and risk-assessment-of-2026-models",
            "see https://example.org/a:b@c and https://user@example.org/",
            "secret: kept in the vault of the department",
        ] {
            let found: Vec<_> = private(text).into_iter().map(|one| one.span.of(text)).collect();
            assert!(found.is_empty() || found == ["user@example.org"], "{text}: {found:?}");
        }
    }

    #[test]
    fn personal_data_is_known_by_form_and_check_digit() {
        check("ask mia.o+spec@corp.example.org.", &[(PrivateKind::Email, "mia.o+spec@corp.example.org")]);
        check(
            "Tel.: 030 1234567, +49 (30) 123-4567",
            &[(PrivateKind::Phone, "030 1234567"), (PrivateKind::Phone, "+49 (30) 123-4567")],
        );
        check(
            "call (555) 010-1234 or 555-010-1234",
            &[(PrivateKind::Phone, "(555) 010-1234"), (PrivateKind::Phone, "555-010-1234")],
        );
        check(
            "GB82 WEST 1234 5698 7654 32 and GB82 WEST 1234 5698 7654 33",
            &[(PrivateKind::Iban, "GB82 WEST 1234 5698 7654 32")],
        );
        check("4111 1111 1111 1111, 4111 1111 1111 1112", &[(PrivateKind::Card, "4111 1111 1111 1111")]);
    }

    #[test]
    fn numbers_of_a_specification_are_no_personal_data() {
        for text in [
            "Recall of 0.92 on 12 000 images from 2024-01-01 to 2025-12-31, +3.5 % per year",
            "| 10 000 | 20 000 | 30 000 | 40 000 |",
            "order 20260101123456, 1 000 000 000 000 requests",
            "recall@0.5 and @team, precision@10",
            "ISO/IEC 42001:2023, EU 2024/1689, +1 to +2 points",
        ] {
            check(text, &[]);
        }
    }

    #[test]
    fn nothing_is_slow() {
        for text in [
            "a@".repeat(100_000),
            "0-".repeat(100_000),
            "-----BEGIN PRIVATE KEY-----".repeat(5_000),
            "x://a:".repeat(30_000),
        ] {
            let _ = private(&text);
        }
    }

    #[test]
    fn secrets_are_taken_out_and_the_rest_stays() {
        let (one, two) = (token("ghs_"), token("github_pat_"));
        let text = format!("é {one} to a@b.example, {two}");
        assert_eq!(without_secrets(&text), "é [secret] to a@b.example, [secret]");
        assert!(matches!(without_secrets("nothing here"), Cow::Borrowed("nothing here")));
    }
}
