//! Whether a model is asked about the change of somebody new: it costs the operator money before anybody has looked at the change. Keeps
//! nothing else from it.

use crate::platform::{Origin, Platform, Role};
use crate::review::ChangeRef;

/// Why no model is asked about this change; none where one is. A right that cannot be looked up is none.
pub(super) async fn held(
    platform: &dyn Platform,
    at: &ChangeRef,
    origin: &Origin,
    label: Option<&str>,
) -> Option<String> {
    let label =
        label.filter(|label| origin.is_new && !origin.labels.iter().any(|own| own.eq_ignore_ascii_case(label)))?;
    // A member whose membership is not public looks new to an App.
    if let Some(by) = &origin.by
        && matches!(platform.role(at, by).await, Ok(Role::Write))
    {
        return None;
    }
    tracing::info!(change = %at, label, "the model waits for a label: the author is new");
    Some(format!(
        "no model was asked, because the author is new to this repository: somebody who may label pull requests gives this one the label \
         {label} for that"
    ))
}
