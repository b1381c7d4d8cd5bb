//! Words that decide whether a phrase names a part of the cases. Never looks at a text as a whole.

/// Words that say nothing about which part is meant.
pub(super) fn generic(word: &str) -> bool {
    const WORDS: &str = " fixed constant overall all total average avg mean median score scores rate value values metric metrics model models the system systems our your its their \
        primary secondary main key lead leading guard guardrail final combined aggregate global general macro micro weighted averaged signed unsigned expected \
        minimum min maximum max target targeted required acceptable accepted desired current baseline new old existing future same good high low higher lower \
        better worse best worst this that these those each every any some a an and or of per cent percent level levels result results headline offline online \
        measured reported achieved retrieval classification classifier prediction predictions predicted test validation held-out holdout out-of-sample production \
        poc pilot ship launch mvp live real rolling daily weekly monthly quarterly absolute relative simple plain pure raw standard such no not with without class-wise \
        per-class unit units lower-is-better higher-is-better up down least most more less than at on in for to from by as is are was be model's system's \
        improve improves improved increase increases raise raises achieve achieves achieving reach reaches reaching get gets keep keeps maintain maintains ensure ensures \
        reduce reduces cut cuts decrease measure measures report reports track tracks monitor monitors maximise maximize optimise optimize compare compares use uses using \
        define compute calculate evaluate prove show shows demonstrate deliver have has need needs want require requires expect expects hold holds bring push drive \
        boost check checks when if while whenever where then also its both only against versus vs about around first second third answer answers gives give see plus \
        approx circa explain why because since target's one two three four five six what which who how we they it he she i you must shall should will would can could may \
        calendar month week day quarter year period time times case cases data set sample samples beats beat exceed exceeds exceeding losing lose trade trading time-based latest frozen entire whole full company's chain's actual stated agreed ";
    let mut padded = String::with_capacity(word.len() + 2);
    padded.push(' ');
    padded.push_str(word);
    padded.push(' ');
    WORDS.contains(padded.as_str())
}

/// True when the phrase names a data set and not a part of the cases.
pub(super) fn dataset(phrase: &str) -> bool {
    const WORDS: &[&str] = &[
        "test set",
        "testset",
        "test data",
        "validation set",
        "validation data",
        "hold-out",
        "holdout",
        "held-out",
        "held out",
        "golden set",
        "gold set",
        "test split",
        "benchmark",
        "evaluation set",
        "eval set",
        "test questions",
        "test sample",
        "backtest",
        "back-test",
        "out-of-time",
        "replay",
        "reference set",
        "test corpus",
        "unseen data",
        "dataset",
        "data set",
        "ground truth",
    ];
    WORDS.iter().any(|word| phrase.contains(word))
}

/// Words that open a clause and no name: "from the two above", "per queue".
pub(super) fn opens_clause(word: &str) -> bool {
    const WORDS: &str = " from as measured computed averaged calculated see based per on in at by with where \
        which that lower higher if using than because so i.e. weighted over under within to and or not it we is \
        are two three four five macro micro those these them ";
    WORDS.split_whitespace().any(|known| known == word)
}
