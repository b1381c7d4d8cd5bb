//! What the words of the TLS library mean to whoever has given an address. Knows no address itself.

use super::client::FetchError;

/// How the library begins where the other side speaks no TLS, or none that it knows.
const NO_TLS: [&str; 4] =
    ["received corrupt message", "received unexpected message", "received fatal alert", "peer is incompatible"];

/// Why there is no connection, from what the innermost cause says.
pub(super) fn unreached(said: String) -> FetchError {
    if let Some((_, why)) = said.split_once("invalid peer certificate: ") {
        return FetchError::Certificate(match why {
            "UnknownIssuer" => "whoever has issued it is not known here".to_owned(),
            why => why.to_owned(),
        });
    }
    if NO_TLS.iter().any(|words| said.starts_with(words)) {
        return FetchError::NoTls;
    }
    FetchError::Unreachable(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_library_says_becomes_something_to_act_on() {
        for (said, expected) in [
            ("received corrupt message of type InvalidContentType", "what answers there does not speak https"),
            ("received fatal alert: HandshakeFailure", "what answers there does not speak https"),
            (
                "invalid peer certificate: UnknownIssuer",
                "its certificate is not trusted: whoever has issued it is not known here",
            ),
            ("invalid peer certificate: certificate expired", "its certificate is not trusted: certificate expired"),
            ("connection refused", "the server could not be reached: connection refused"),
        ] {
            assert_eq!(unreached(said.to_owned()).to_string(), expected);
        }
    }
}
