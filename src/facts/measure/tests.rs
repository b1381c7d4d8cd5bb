//! Measures of small documents in many voices.

mod across;

use std::fmt::Write as _;

use super::*;
use crate::facts::{RawLexicon, RawMetric, Unit, quantities};

#[derive(serde::Deserialize)]
struct File {
    metric: Vec<RawMetric>,
}

fn lexicon() -> Lexicon {
    let file: File = toml::from_str(include_str!("../../../rules/metrics.toml")).expect("metrics.toml can be read");
    let (lexicon, problems) = Lexicon::compile(RawLexicon { metrics: file.metric, ..RawLexicon::default() });
    assert!(problems.is_empty(), "{problems:?}");
    lexicon
}

fn shown(measure: &Measure) -> String {
    let mut out = measure.role.word().to_owned();
    if let Some(phase) = measure.phase.as_ref().filter(|phase| *phase != measure.role.word()) {
        let _ = write!(out, "({phase})");
    }
    let _ = write!(out, " {}", if measure.metric == "kpi" { &measure.name } else { &measure.metric });
    for part in [&measure.averaging, &measure.slice, &measure.at].into_iter().flatten() {
        let _ = write!(out, "/{part}");
    }
    let round = |value: f64| (value * 1e6).round() / 1e6;
    let quantity = &measure.quantity;
    let unit = match &quantity.unit {
        Unit::Percent => "%",
        Unit::Points => "pp",
        Unit::Duration => "s",
        Unit::Times => "x",
        _ => "",
    };
    let _ = match quantity.upper {
        Some(upper) => write!(out, " {}..{}{unit}", round(quantity.value), round(upper)),
        None => write!(out, " {}{}{unit}", measure.comparator.sign(), round(quantity.value)),
    };
    if measure.relative {
        out += " change";
    }
    out
}

fn read(lexicon: &Lexicon, source: &str) -> Vec<Measure> {
    let document = Document::parse(source);
    let hits = lexicon.scan(&document);
    measures(&document, lexicon, &hits, &quantities(&document)).0
}

/// Reads every text and tells all that differ at once.
fn check(cases: &[(&str, &[&str])]) {
    let lexicon = lexicon();
    let mut wrong = Vec::new();
    for (source, expected) in cases {
        let found: Vec<String> = read(&lexicon, source).iter().map(shown).collect();
        if found != *expected {
            wrong.push(format!("{source}\n   found    {found:?}\n   expected {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn sentences_tie_numbers_to_metrics() {
    check(&[
        ("The model shall attain a recall of not less than 92 per cent.", &["target recall >=92%"]),
        ("Precision must be at least 0.8 and recall at least 0.9.", &["target precision >=0.8", "target recall >=0.9"]),
        ("Precision and recall of at least 0.9 are required.", &["target precision >=0.9", "target recall >=0.9"]),
        (
            "Precision and recall of 0.9 and 0.85 are required for release.",
            &["target precision >=0.9", "target recall >=0.85"],
        ),
        ("We need at least 95 % precision and 85 % recall.", &["target precision >=95%", "target recall >=85%"]),
        ("An AUC of zero point nine one is our launch target.", &["target roc-auc >=0.91"]),
        ("Recall is what counts. It must reach 0.97.", &["target recall >=0.97"]),
        ("Accuracy was rejected because 99 % is reached by always saying no.", &[]),
        ("Recall is measured on 10 % of the cases.", &[]),
        ("As you may recall, 90 % of the budget is spent.", &[]),
        ("Training runs in fp16 precision on 2.5 GB.", &[]),
        ("At least 90% of answers must be correct.", &["target answer-correctness >=90%"]),
        ("Quantile losses of 5, 25, 50 and 95 are tracked.", &[]),
        ("p95 latency must stay under 800 ms.", &["target latency/p95 <0.8s"]),
        ("The NDCG@10 must be 0.45 or more.", &["target ndcg/@10 >=0.45"]),
        ("Recall at 20 must be at least 0.8.", &["target recall-at-k/@20 >=0.8"]),
        ("The macro-averaged F1 must exceed 0.8.", &["target f1/macro >0.8"]),
        ("F1 must reach ninety-two per cent (92 %).", &["target f1 >=92%"]),
    ]);
}

#[test]
fn conditions_belong_to_the_metric() {
    check(&[
        (
            "Precision ≥ 95 % at recall ≥ 85 % is required.",
            &["target precision/recall >= 0.85 >=95%", "target recall/precision >= 0.95 >=85%"],
        ),
        (
            "Sensitivity must be at least 0.93 at a specificity of 0.90.",
            &["target recall/specificity = 0.9 >=0.93", "target specificity/recall >= 0.93 >=0.9"],
        ),
        ("Recall must be ≥ 0.95 at IoU 0.5.", &["target recall/IoU 0.5 >=0.95"]),
    ]);
}

#[test]
fn roles_come_from_the_words_around_a_number() {
    check(&[
        (
            "The macro-F1 rises from 0.58 today to 0.75 in the pilot and 0.85 at launch.",
            &["baseline f1/macro =0.58", "poc(pilot) f1/macro >=0.75", "target f1/macro >=0.85"],
        ),
        (
            "Hallucination rate must stay under 2 % (currently 9 %; pilot: 5 %).",
            &["target hallucination-rate <2%", "baseline hallucination-rate =9%", "poc(pilot) hallucination-rate <=5%"],
        ),
        (
            "AUROC must exceed 0.85, better than the 0.78 of the existing rules.",
            &["target roc-auc >0.85", "baseline roc-auc =0.78"],
        ),
        (
            "MAE at most 4.5 (baseline 7.2; experts reach 5.1).",
            &["target mae <=4.5", "baseline mae =7.2", "human mae =5.1"],
        ),
        ("If recall falls below 0.88, the model is retrained.", &["slo recall <0.88"]),
        ("Recall must not fall below 0.88 at launch.", &["target recall >=0.88"]),
        ("When WAPE is worse than 30 % for three nights running, roll back.", &["slo wape >30%"]),
        ("F1 drops by 5 % from the baseline: alert.", &["slo f1 =5% change"]),
        ("We measured a recall of 0.81 in our experiments.", &["reported recall =0.81"]),
        ("Ideally recall reaches 0.99.", &["stretch recall >=0.99"]),
        ("Recall improved from 0.6 to 0.7 last spring.", &["unknown recall =0.6", "unknown recall =0.7"]),
        ("Always answering no gives an accuracy of 99.2 %.", &["random accuracy =99.2%"]),
        ("Two annotators label each case; Cohen's kappa must be at least 0.75.", &["human kappa >=0.75"]),
        ("A rebuild must repeat the recall of 0.9 within 0.5 points.", &["unknown recall =0.9"]),
        ("The share falls: recall ≥ 0.9.", &["target recall >=0.9"]),
    ]);
}

#[test]
fn headings_leads_and_parents_say_what_a_list_is_for() {
    check(&[
        ("# Doc\n\n## Pilot\n\nRecall must be at least 0.8.", &["poc(pilot) recall >=0.8"]),
        ("# Doc\n\n## Monitoring\n\nRecall must stay above 0.8.", &["slo recall >0.8"]),
        ("# Doc\n\n## Labels\n\nRecall ≥ 0.8 of the two labellers.", &["unknown recall >=0.8"]),
        (
            "# Doc\n\n## Pilot\n\n### Targets\n\n| Metric | Threshold |\n|---|---|\n| Recall | 0.8 |",
            &["poc(pilot) recall >=0.8"],
        ),
        ("Go-live needs:\n\n- recall 0.92\n- precision 0.85", &["target recall >=0.92", "target precision >=0.85"]),
        (
            "- Targets\n  - Recall: 0.92\n- Baseline (regex)\n  - Recall: 0.7",
            &["target recall >=0.92", "baseline recall =0.7"],
        ),
        ("- [ ] FNR < 0.5% on the holdout test set", &["target false-negative-rate <0.5%"]),
        ("# Doc\n\n## Stretch goals\n\n| Goal | Target |\n|---|---|\n| Recall | 0.97 |", &["stretch recall >=0.97"]),
    ]);
}

#[test]
fn what_must_hold_for_a_step_to_be_passed_is_its_gate() {
    check(&[
        (
            "The trial is passed if recall is 0.82 or better and precision is 0.3 or better.",
            &["poc recall >=0.82", "poc precision >=0.3"],
        ),
        ("It has succeeded if the forecasts reach a WAPE of at most 14 %.", &["poc wape <=14%"]),
        ("The acceptance test is passed if recall reaches 0.9.", &["target recall >=0.9"]),
        ("# Doc\n\n## Monitoring\n\nThe check is passed if recall stays above 0.8.", &["slo recall >0.8"]),
    ]);
}

#[test]
fn columns_say_when_and_for_whom() {
    check(&[
        (
            "| | Vendor tool, trial 2025 | Needed before anyone relies on it |\n|---|---|---|\n| Recall | 0.6 | 0.8 |",
            &["baseline recall =0.6", "target recall >=0.8"],
        ),
        (
            "| | Today | Before all shops get it |\n|---|---|---|\n| Recall | 0.6 | 0.8 |",
            &["baseline recall =0.6", "target recall >=0.8"],
        ),
        (
            "| | Today | Study gate | Go-live |\n|---|---|---|---|\n| Recall | 0.6 | 0.7 | 0.8 |",
            &["baseline recall =0.6", "poc recall >=0.7", "target recall >=0.8"],
        ),
        (
            "| | Today | Formula | Feasibility |\n|---|---|---|---|\n| Peaks announced 25 min before (recall) | 0.1 | 0.2 | 0.6 |",
            &["baseline recall/peaks announced 25 before =0.1", "poc recall/peaks announced 25 before >=0.6"],
        ),
        (
            "| | Solr | Spike exit | A/B → 100 % |\n|---|---|---|---|\n| Recall | 0.5 | 0.6 | 0.7 |",
            &["baseline recall =0.5", "poc recall >=0.6", "target recall >=0.7"],
        ),
        ("| Measure | Target |\n|---|---|\n| Recall, all letters | ≥ 0.8 |", &["target recall >=0.8"]),
    ]);
}

#[test]
fn tables_are_read_in_any_orientation() {
    check(&[
        (
            "| Role | Metric | Rules today | PoC pass | Ship | Alert |\n|---|---|---|---|---|---|\n| guard | recall, Fire & Gas | 0.6 | 0.8 | 0.9 | 0.85 |",
            &[
                "baseline recall/fire & gas =0.6",
                "poc recall/fire & gas >=0.8",
                "target recall/fire & gas >=0.9",
                "slo recall/fire & gas =0.85",
            ],
        ),
        (
            "| | Precision | F1 (macro) |\n|---|---|---|\n| Current rules | 0.61 | 0.58 |\n| Random | 0.04 | 0.07 |\n| Go-live | 0.85 | 0.82 |",
            &[
                "baseline precision =0.61",
                "baseline f1/macro =0.58",
                "random precision =0.04",
                "random f1/macro =0.07",
                "target precision >=0.85",
                "target f1/macro >=0.82",
            ],
        ),
        (
            "| Class | Target recall |\n|---|---|\n| Bodily injury | 95% |\n| Property | 80 % |",
            &["target recall/bodily injury >=95%", "target recall/property >=80%"],
        ),
        (
            "| Metric | Type | Value |\n|---|---|---|\n| AUC | Baseline | 0.71 |\n| AUC | Target | 0.85 |",
            &["baseline roc-auc =0.71", "target roc-auc >=0.85"],
        ),
        (
            "| Measure | Keyword tool | Trial | Acceptance |\n|---|---|---|---|\n| Recall@5 | n/a | 0.7 | 0.8 |\n| Miss rate | 0.3 | 0.2 | 0.1 |",
            &[
                "poc recall-at-k/@5 >=0.7",
                "target recall-at-k/@5 >=0.8",
                "baseline false-negative-rate =0.3",
                "poc false-negative-rate <=0.2",
                "target false-negative-rate <=0.1",
            ],
        ),
        (
            "| WAPE (%) | Today | Goal |\n|---|---|---|\n| North | 31 | 22 |",
            &["baseline wape/north =31%", "target wape/north <=22%"],
        ),
        (
            "| Phase | Exit criterion |\n|---|---|\n| PoC | recall ≥ 0.70 |\n| MVP | recall ≥ 0.78 |\n| Roll-out | recall ≥ 0.80 |",
            &["poc recall >=0.7", "target(mvp) recall >=0.78", "target recall >=0.8"],
        ),
        (
            "| Forecast bias, fresh | Gate |\n|---|---|\n| Bias, fresh | within ±4 % |",
            &["target forecast-bias/fresh -4..4%"],
        ),
        (
            "| Field | Metric | PoC | Target |\n|---|---|---|---|\n| Total | exact match | 0.85 | 0.95 |\n| VAT | exact match | 0.80 | 0.93 |",
            &[
                "poc exact-match >=0.85",
                "target exact-match >=0.95",
                "poc exact-match/vat >=0.8",
                "target exact-match/vat >=0.93",
            ],
        ),
        (
            "| KPI | Minimum | Target |\n|---|---|---|\n| Recall | 0.8 | 0.9 |",
            &["target(minimum) recall >=0.8", "target recall >=0.9"],
        ),
    ]);
}

#[test]
fn fences_of_data_are_read_where_somebody_says_what_for() {
    check(&[
        (
            "```yaml\nquality:\n  baseline:\n    wape: 0.31\n  target:\n    wape: 0.22\nsample:\n  recall: 0.88\n```",
            &["baseline wape =0.31", "target wape <=0.22"],
        ),
        ("```yaml\ntarget_recall: 0.92\n```", &["target recall >=0.92"]),
        ("```\n├── Primary: F1-Score (≥ 65% MVP, ≥ 70% target)\n```", &["poc(mvp) f1 >=65%", "target f1 >=70%"]),
        (
            "```yaml\nmeasures:\n  leak_recall:   # named before anybody calls\n    today: 0.46\n    stage_a: 0.62\n    go_live: 0.80\n  days_open:\n    today: 9\n```",
            &["baseline recall =0.46", "poc recall >=0.62", "target recall >=0.8"],
        ),
        ("```python\nassert recall >= 0.9\n```", &[]),
    ]);
}

#[test]
fn goals_of_the_business_are_no_metrics_of_the_model() {
    check(&[
        (
            "# Doc\n\n## Goals\n\n- **G1** parcels in the right van: 62% → 80% by Q1\n- G2: visits per day fall from 310 to 150",
            &[
                "baseline parcels in the right van =62%",
                "target parcels in the right van >=80%",
                "baseline visits per day =310",
                "target visits per day <=150",
            ],
        ),
        (
            "# Doc\n\n## What must change\n\n| Goal | Measured by | FY25 actual | FY28 goal |\n|---|---|---|---|\n| REWORK | Repainted doors as a share of output | 7.2 % | 4.6 % |",
            &[
                "baseline Repainted doors as a share of output =7.2%",
                "target Repainted doors as a share of output <=4.6%",
            ],
        ),
        ("We want to cut scrap by 40 % within a year.", &["target scrap >=40% change"]),
        ("Volume grows 30% each year.", &[]),
        ("Complaints fell from 12 to 9 last year.", &[]),
        ("Scale 5 → 40 → 100% of traffic.", &[]),
        (
            "Reduce handling time from 12 to 8 minutes.",
            &["baseline handling-time =720s", "target handling-time <=480s"],
        ),
    ]);
}

#[test]
fn everyday_words_are_mentions_only_in_company() {
    let lexicon = lexicon();
    let check = |source: &str, expected: &[&str]| {
        let document = Document::parse(source);
        let hits = lexicon.scan(&document);
        let found = measures(&document, &lexicon, &hits, &quantities(&document)).1;
        let found: Vec<&str> = found.iter().map(|mention| mention.metric.as_str()).collect();
        assert_eq!(found, expected, "{source}");
    };
    check("Accuracy of the answers matters to us.", &[]);
    check("We weigh precision against recall.", &["precision", "recall"]);
    check("The product recall of 2023 was costly.", &[]);
    check("We report the PR-AUC.", &["pr-auc"]);
    check("Precision is 0.9.", &["precision"]);
}

#[test]
fn short_forms_and_side_remarks_are_read() {
    check(&[
        ("F1 ≥ .85 / P ≥ .80 / R ≥ .90", &["target f1 >=0.85", "target precision >=0.8", "target recall >=0.9"]),
        (
            "sMAPE MUST be at most 11.5 % (naive: 16.2 %, now: 13.0 %).",
            &["target smape <=11.5%", "baseline smape =16.2%", "baseline smape =13%"],
        ),
        (
            "Recall MUST be at least 0.8.\n\nRecall SHOULD be at least 0.9.",
            &["target recall >=0.8", "stretch recall >=0.9"],
        ),
        ("Recall should be at least 0.9.", &["target recall >=0.9"]),
        (
            "| | Camera today | Feasibility | Series |\n|---|---|---|---|\n| mAP@0.5 | 0.61 | 0.70 | 0.80 |",
            &["baseline map/@0.5 =0.61", "poc map/@0.5 >=0.7", "target map/@0.5 >=0.8"],
        ),
        ("# Doc\n\n## How good\n\n- weekly: if recall < 95 % → back to manual checks", &["slo recall <95%"]),
        ("Recall shall not differ between age groups by more than 5 points.", &["unknown parity-gap <=5pp"]),
        (
            "The recall target rises from 0.90 to 0.92 after a year.",
            &["target recall >=0.9", "target(later) recall >=0.92"],
        ),
        (
            "Fraud recall: 0.80 (MVP), 0.90 (launch), 0.95 (12 months after launch).",
            &[
                "poc(mvp) recall/fraud >=0.8",
                "target recall/fraud >=0.9",
                "target(after 12 months) recall/fraud >=0.95",
            ],
        ),
        (
            "Recall at fixed precision 0.99 must be at least 0.70.",
            &["target precision/recall >= 0.7 >=0.99", "target recall/precision = 0.99 >=0.7"],
        ),
        (
            "| Requirement | Value |\n|---|---|\n| F1 (macro over 14 fields), acceptance | 0.93 |\n| F1 of the present templates | 0.78 |\n| Exact match of the total at go-live | 98 % |",
            &["target f1/macro >=0.93", "baseline f1 =0.78", "target exact-match >=98%"],
        ),
        (
            "| Requirement | Value |\n|---|---|\n| Straight-through rate | 35 % → 70 % |",
            &["baseline straight-through-rate =35%", "target straight-through-rate >=70%"],
        ),
        (
            "In the pilot the model reached a precision of 0.80, a recall of 0.70 and an F1 of 0.74.",
            &["reported precision =0.8", "reported recall =0.7", "reported f1 =0.74"],
        ),
        ("Top-decile lift is to reach 4 (now 1.8).", &["target lift >=4", "baseline lift =1.8"]),
    ]);
}

#[test]
fn hostile_text_costs_no_panic_and_little_time() {
    let lexicon = lexicon();
    for text in [
        "1/2/3/4/5/6/7/8/9/10 ".repeat(2_000),
        "1 2 3 ".repeat(4_000),
        "recall ".repeat(10_000),
        "recall 0.9 (".repeat(4_000),
        "recall ≥ 0,9. ".repeat(4_000),
        "1 → 2 → 3 → ".repeat(2_000),
        "± – € % . , ' ≥ \\leq p95 @ @[ F1@[0.5:".repeat(2_000),
        "one point point two in a in of ".repeat(2_000),
        format!("| {} |\n|{}|\n| {} |\n", "recall | ".repeat(500), "---|".repeat(501), "0.9 | ".repeat(500)),
        format!("- {}", "Goal 3: from 5 to 4 % → 3 %; ".repeat(3_000)),
        "é½¾ ½ recall ½ ≥ ٣ 0.9\u{a0}% ".repeat(1_000),
    ] {
        let measures = read(&lexicon, &text);
        assert!(measures.iter().all(|measure| measure.quantity.value.is_finite()));
    }
}
