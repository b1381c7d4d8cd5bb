//! What a memory of opinions promises. Each implementation runs the story on a fresh, empty place.

use specreview::store::{Feedback as _, Opinion, Wanted, Worth};
use specreview::text::sha256_hex;

use crate::place::Place;

promises!(opinions_are_kept_with_the_texts_they_are_about, who_speaks_at_once_is_heard);

const TEXT: &str = "# Spec\n\nit's a \"pilot\"; -- …\n";

fn opinion(rule: &str, fingerprint: &str, person: &str, worth: Worth, at: i64) -> Opinion {
    Opinion {
        document: "specs/a.md".into(),
        fingerprint: fingerprint.into(),
        person: person.into(),
        rule: rule.into(),
        state: "absent".into(),
        worth,
        reason: "it's in \"4\"; -- …".into(),
        quote: "a good recall".into(),
        sha256: sha256_hex(TEXT.as_bytes()),
        at,
    }
}

async fn opinions_are_kept_with_the_texts_they_are_about(at: &Place) {
    let place = at.open().await;
    assert_eq!(place.said(Wanted::default()).await.unwrap(), []);
    let wrong = opinion("MET-003", "f1", "ann", Worth::Wrong, 1);
    let useful = opinion("MET-003", "f1", "bob", Worth::Useful, 2);
    let part = opinion("MON-002:data", "f2", "ann", Worth::NotApplicable, 3);
    let longer = opinion("MET-0031", "f3", "ann", Worth::Useful, 4);
    let other = Opinion { document: "specs/b.md".into(), ..opinion("MON-002", "f2", "", Worth::Useful, 5) };
    for one in [&wrong, &useful, &part, &longer, &other] {
        place.say(one, Some(TEXT)).await.unwrap();
    }
    let all = [wrong.clone(), useful.clone(), part.clone(), longer, other.clone()];
    assert_eq!(place.said(Wanted::default()).await.unwrap(), all, "oldest first");
    let of = |rule| place.said(Wanted { rule: Some(rule), document: None });
    assert_eq!(of("MET-003").await.unwrap(), [wrong.clone(), useful.clone()], "and of no rule whose code begins so");
    assert_eq!(of("MON-002").await.unwrap(), [part.clone(), other.clone()], "with its parts");
    assert_eq!(of("MON-002:data").await.unwrap(), [part]);
    assert_eq!(place.said(Wanted { rule: None, document: Some("specs/b.md") }).await.unwrap(), [other]);
    assert_eq!(place.said(Wanted { rule: Some("MET-003"), document: Some("specs/b.md") }).await.unwrap(), []);

    // Who thinks better of it says so, and what others said stands.
    let later = Opinion { reason: String::new(), ..opinion("MET-003", "f1", "ann", Worth::Useful, 6) };
    place.say(&later, None).await.unwrap();
    assert_eq!(place.said(Wanted { rule: Some("MET-003"), document: None }).await.unwrap(), [useful, later]);

    // Texts are kept once, while somebody speaks of them, and under their own hash only.
    assert_eq!(place.read_text(&sha256_hex(TEXT.as_bytes())).await.unwrap().as_deref(), Some(TEXT));
    let moved = Opinion {
        sha256: sha256_hex(b"new"),
        document: "c.md".into(),
        ..opinion("MET-001", "f", "ann", Worth::Wrong, 7)
    };
    place.say(&moved, Some("not the text of this hash")).await.unwrap();
    assert_eq!(place.read_text(&moved.sha256).await.unwrap(), None);
    place.say(&moved, Some("new")).await.unwrap();
    assert_eq!(place.read_text(&moved.sha256).await.unwrap().as_deref(), Some("new"));
    let newer = Opinion { sha256: sha256_hex(b"newer"), ..moved.clone() };
    place.say(&newer, Some("newer")).await.unwrap();
    assert_eq!(place.read_text(&moved.sha256).await.unwrap(), None, "nobody speaks of it any more");

    drop(place);
    let place = at.open().await;
    assert_eq!(place.said(Wanted::default()).await.unwrap().len(), 6);
    assert_eq!(place.read_text(&newer.sha256).await.unwrap().as_deref(), Some("newer"));
}

async fn who_speaks_at_once_is_heard(at: &Place) {
    let place = at.open().await;
    let opinions: Vec<Opinion> =
        (0..10).map(|number| opinion("MET-003", "f1", &format!("reader {number}"), Worth::Useful, number)).collect();
    let says = opinions.iter().map(|opinion| place.say(opinion, Some(TEXT)));
    futures_util::future::try_join_all(says).await.unwrap();
    assert_eq!(place.said(Wanted::default()).await.unwrap(), opinions);
}
