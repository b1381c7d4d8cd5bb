//! The types of contract version 1, frozen: what stands here is what a reader of the JSON may rely on. No logic.

use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Report<'a> {
    pub(super) schema: &'static str,
    /// The commits that were compared; absent where no change was reviewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) change: Option<ChangeOut<'a>>,
    pub(super) engine: Engine<'a>,
    pub(super) documents: Vec<DocumentOut<'a>>,
    pub(super) run: RunOut<'a>,
}

#[derive(Serialize)]
pub(super) struct ChangeOut<'a> {
    /// The commit that was reviewed; null for a working tree.
    pub(super) head: Option<&'a str>,
    /// The commit that it was compared with: where the change branched off.
    pub(super) base: &'a str,
}

#[derive(Serialize)]
pub(super) struct Engine<'a> {
    pub(super) version: &'a str,
    pub(super) rules: &'a str,
    pub(super) model: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct DocumentOut<'a> {
    pub(super) path: &'a str,
    /// Where people open it; absent unless it was read by its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<&'a str>,
    pub(super) sha256: Option<&'a str>,
    pub(super) kind: &'static str,
    /// Why the kind was decided so.
    pub(super) because: &'a str,
    /// Why the input could not be read; absent where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<&'a str>,
    pub(super) profile: ProfileOut<'a>,
    pub(super) checks: Vec<CheckOut<'a>>,
    pub(super) measures: Vec<MeasureOut<'a>>,
    pub(super) findings: Vec<FindingOut<'a>>,
    pub(super) risks: Vec<RiskOut>,
    /// The checks of the chain from goal to owner.
    pub(super) chain: Vec<LinkOut>,
    /// The same for each key metric, link by link.
    pub(super) metric_chains: Vec<ChainOut<'a>>,
    pub(super) commitments: Vec<CommitmentOut<'a>>,
    /// Head against base; absent without a base.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) compare: Option<CompareOut<'a>>,
    /// What the baseline holds of it; absent without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) baseline: Option<BaselineOut<'a>>,
    pub(super) reading: ReadingOut,
}

#[derive(Serialize)]
pub(super) struct BaselineOut<'a> {
    /// Fingerprints of the findings that fail nothing because of it.
    pub(super) known: Vec<&'a str>,
    /// Its entries that are not found any more.
    pub(super) stale: Vec<StaleOut<'a>>,
}

#[derive(Serialize)]
pub(super) struct StaleOut<'a> {
    /// With its part.
    pub(super) rule: &'a str,
    pub(super) count: usize,
    pub(super) message: &'a str,
}

#[derive(Serialize, Default)]
pub(super) struct ProfileOut<'a> {
    pub(super) tasks: Vec<&'a str>,
    pub(super) trains: bool,
    pub(super) affects_people: bool,
    pub(super) stage: Option<&'static str>,
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the contract says `place` everywhere")]
pub(super) struct Place<'a> {
    /// The other document in which it stands; absent where it is the reviewed one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<&'a str>,
    pub(super) line: u32,
    pub(super) end_line: u32,
    /// Where it stands, in words, in a document whose readers see no lines; absent in any other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<&'a str>,
    pub(super) quote: &'a str,
}

#[derive(Serialize)]
pub(super) struct CheckOut<'a> {
    pub(super) rule: &'a str,
    pub(super) part: Option<&'a str>,
    pub(super) state: &'static str,
    pub(super) evidence: Vec<Place<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) deferred_to: Option<&'a str>,
    /// The waiver that stands against it, whether it counts or not; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) waiver: Option<WaiverOut<'a>>,
}

#[derive(Serialize)]
pub(super) struct WaiverOut<'a> {
    pub(super) reason: Option<&'a str>,
    pub(super) by: Option<&'a str>,
    /// The last day on which it counts, as `2027-01-31`; null for good.
    pub(super) until: Option<crate::text::Date>,
    /// It lifts the finding. Where it neither counts nor is proposed, it gives no reason or has ended.
    pub(super) counts: bool,
    /// The change itself adds it: it lifts nothing until it is approved.
    pub(super) proposed: bool,
}

#[derive(Serialize)]
pub(super) struct MeasureOut<'a> {
    pub(super) metric: &'a str,
    pub(super) name: &'a str,
    pub(super) slice: Option<&'a str>,
    pub(super) averaging: Option<&'a str>,
    pub(super) at: Option<&'a str>,
    pub(super) comparator: &'static str,
    pub(super) value: f64,
    /// Upper end of a range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) upper: Option<f64>,
    pub(super) unit: String,
    pub(super) role: &'static str,
    /// A change and not a level.
    pub(super) relative: bool,
    pub(super) line: u32,
    /// Where it stands, in words, in a document whose readers see no lines; absent in any other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<String>,
    pub(super) quote: String,
}

#[derive(Serialize)]
pub(super) struct FindingOut<'a> {
    pub(super) rule: &'a str,
    pub(super) part: Option<&'a str>,
    pub(super) source: &'static str,
    pub(super) severity: &'static str,
    pub(super) confidence: &'static str,
    pub(super) line: Option<u32>,
    pub(super) end_line: Option<u32>,
    /// Where it stands, in words, in a document whose readers see no lines; absent in any other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<&'a str>,
    pub(super) quote: Option<&'a str>,
    pub(super) message: &'a str,
    pub(super) why: &'a str,
    pub(super) suggestion: Option<&'a str>,
    pub(super) related: Vec<Place<'a>>,
    pub(super) fingerprint: &'a str,
    pub(super) docs: &'a str,
    /// Where people open the line; absent where it has no address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
}

#[derive(Serialize)]
pub(super) struct RiskOut {
    pub(super) id: String,
    /// The part of findings about it.
    pub(super) name: String,
    pub(super) risk: String,
    pub(super) level: crate::finding::RiskLevel,
    /// `rule` or `model`; null where no rule watches the risk and no model was asked: the level says nothing then.
    pub(super) judged_by: Option<&'static str>,
    /// As in [`Place`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<String>,
    pub(super) line: Option<u32>,
    /// Where it stands, in words, in a document whose readers see no lines; absent in any other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<String>,
    pub(super) quote: Option<String>,
    pub(super) mitigation: Option<String>,
    pub(super) measured_by: Option<String>,
    pub(super) measured_line: Option<u32>,
    pub(super) owner: Option<String>,
    pub(super) reason: Option<String>,
    /// Rules that report what is open about it.
    pub(super) open: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct LinkOut {
    pub(super) link: &'static str,
    pub(super) rule: &'static str,
    pub(super) state: Option<&'static str>,
    pub(super) lines: Vec<u32>,
}

#[derive(Serialize)]
pub(super) struct ChainOut<'a> {
    pub(super) metric: &'a str,
    pub(super) name: &'a str,
    pub(super) links: Vec<MetricLinkOut>,
}

#[derive(Serialize)]
pub(super) struct MetricLinkOut {
    pub(super) link: &'static str,
    /// `stated`, `missing` or `not_applicable`.
    pub(super) state: &'static str,
    /// The rule that reports the gap.
    pub(super) rule: Option<String>,
    /// The other document in which it stands; absent where it is this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<String>,
    pub(super) line: Option<u32>,
    pub(super) end_line: Option<u32>,
    /// Where it stands, in words, in a document whose readers see no lines; absent in any other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<String>,
    pub(super) quote: Option<String>,
}

#[derive(Serialize)]
pub(super) struct CommitmentOut<'a> {
    pub(super) kind: &'static str,
    pub(super) key: &'a str,
    pub(super) value: &'a str,
    pub(super) line: u32,
    /// Where it stands, in words, in a document whose readers see no lines; absent in any other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<String>,
}

#[derive(Serialize)]
pub(super) struct CompareOut<'a> {
    pub(super) introduced: Vec<&'a str>,
    pub(super) fixed: Vec<&'a str>,
    pub(super) carried_over: Vec<&'a str>,
    pub(super) commitments: Vec<CommitmentChangeOut<'a>>,
}

#[derive(Serialize)]
pub(super) struct CommitmentChangeOut<'a> {
    pub(super) kind: &'static str,
    pub(super) key: &'a str,
    pub(super) before: Option<&'a str>,
    pub(super) after: Option<&'a str>,
    pub(super) line: Option<u32>,
    /// Where it stands, in words, in a document whose readers see no lines; absent in any other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<String>,
    /// `loosened`, `gone`, `changed`, `tightened` or `new`.
    pub(super) direction: &'static str,
}

#[derive(Serialize, Default)]
pub(super) struct ReadingOut {
    pub(super) numbers_read: usize,
    pub(super) measures_checked: usize,
    pub(super) not_understood: usize,
}

#[derive(Serialize)]
pub(super) struct RunOut<'a> {
    pub(super) complete: bool,
    pub(super) skipped: Vec<SkippedOut>,
    pub(super) problems: &'a [crate::finding::Problem],
    /// None where no report of another tool was imported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) imported: Option<ImportedOut<'a>>,
    pub(super) model: ModelOut<'a>,
}

#[derive(Serialize)]
pub(super) struct ImportedOut<'a> {
    tools: &'a [String],
    findings: usize,
    placed: usize,
    same: usize,
    left_out: usize,
    no_such_line: usize,
    elsewhere: usize,
    over_limit: usize,
    suppressed: usize,
}

impl<'a> ImportedOut<'a> {
    pub(super) fn of(imported: &'a crate::output::Imported) -> Self {
        Self {
            tools: &imported.tools,
            findings: imported.findings,
            placed: imported.placed,
            same: imported.same,
            left_out: imported.left_out,
            no_such_line: imported.no_such_line,
            elsewhere: imported.elsewhere,
            over_limit: imported.over_limit,
            suppressed: imported.suppressed,
        }
    }
}

#[derive(Serialize)]
pub(super) struct SkippedOut {
    pub(super) path: String,
    pub(super) reason: String,
}

#[derive(Serialize)]
pub(super) struct ModelOut<'a> {
    pub(super) calls: u32,
    pub(super) input_tokens: u64,
    pub(super) output_tokens: u64,
    /// None when the price of the model is unknown.
    pub(super) cost_usd: Option<f64>,
    pub(super) cached: usize,
    /// Questions that were asked anew because their wording or the model changed, and not the text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) policy_changed: Vec<&'a str>,
    pub(super) dropped_without_evidence: usize,
    /// Why questions stayed unanswered, if some did.
    pub(super) incomplete: Option<&'a str>,
}
