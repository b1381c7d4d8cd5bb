//! Addresses of Google Docs, Sheets and Drive, as they are exported: what everybody with the link may read, and with a token what its
//! owner may.

use super::at::{At, with_query};
use super::hosts::{Host, Hosts, Kind};
use super::place::{File, Place};
use super::sheet::Sheet;
use crate::net::client::{Accepts, Ask};
use crate::review::Opened;

const DOCS: &str = "https://docs.google.com";
const DRIVE: &str = "https://drive.google.com";
/// What to do where Google asks for a login.
const PRIVATE: &str = "share it with everybody who has the link, set SPECREVIEW_GOOGLE_TOKEN to an OAuth token that may read it \
                       (scope drive.readonly), or download it and give its path";
/// The same where a token was set.
const NOT_SHARED: &str = "check the address, and that the token of SPECREVIEW_GOOGLE_TOKEN may read it (scope drive.readonly) and has not \
                          ended: such tokens live an hour";
/// The same for one sheet of a spreadsheet.
const NOT_SHEET: &str = "check the address, and that the token of SPECREVIEW_GOOGLE_TOKEN may read it (scope drive.readonly), has not ended \
                         (such tokens live an hour), and is of a project in which the Google Sheets API is switched on";
/// The same for a sheet that is not the first, where nothing is set that could read it.
const FIRST_ONLY: &str = "of a private spreadsheet behind SPECREVIEW_GOOGLE_URL the first sheet is read: take `gid=` out of the address, set \
                          SPECREVIEW_GOOGLE_SHEETS_URL to the interface for its cells, or export the sheet and give its path";

/// What stands at `at`, where it is an address of Google's.
pub(super) fn place(at: &At, hosts: &Hosts) -> Option<Box<dyn Place>> {
    let mut parts = at.parts();
    // `/u/1/` names the account of the one who copied the address.
    if let Some(account) =
        parts.windows(2).position(|pair| matches!(pair, ["u", number] if number.parse::<u8>().is_ok()))
    {
        parts.drain(account..account + 2);
    }
    let host = hosts.only(Kind::Google).filter(|host| host.credential.is_some());
    let (mut asks, mut remedy) = (Vec::new(), if host.is_some() { NOT_SHARED } else { PRIVATE });
    let mut one_sheet = None;
    let (address, page) = match (at.origin.as_str(), parts.as_slice()) {
        // Published pages are pages.
        (DOCS, ["document", "d", "e", ..]) => return None,
        (DOCS, ["document", "d", id, ..]) if is_id(id) => {
            // A Word file that is edited there is kept as one, and cannot be exported.
            asks.extend(host.into_iter().flat_map(|host| [exported(host, id, MARKDOWN), kept(host, id)]));
            (format!("{DOCS}/document/d/{id}/export?format=md"), format!("{DOCS}/document/d/{id}/edit"))
        }
        (DOCS, ["spreadsheets", "d", "e", id, ..]) => {
            let base = format!("{DOCS}/spreadsheets/d/e/{id}");
            (sheet(&format!("{base}/pub"), "output", at), format!("{base}/pubhtml"))
        }
        (DOCS, ["spreadsheets", "d", id, ..]) if is_id(id) => {
            let number = gid(at);
            one_sheet = hosts.sheets().zip(number.clone()).map(|(host, gid)| (cells(host, id), gid));
            // The interface for files exports the first sheet and no other; 0 is the number that a first sheet is made with.
            if number.is_none_or(|gid| gid == "0") {
                asks.extend(host.map(|host| exported(host, id, "text/csv")));
            } else if host.is_some() {
                remedy = FIRST_ONLY;
            }
            if one_sheet.is_some() {
                remedy = NOT_SHEET;
            }
            let base = format!("{DOCS}/spreadsheets/d/{id}");
            (sheet(&format!("{base}/export"), "format", at), with_gid(&format!("{base}/edit"), at))
        }
        (DRIVE, ["file", "d", id, ..]) if is_id(id) => {
            asks.extend(host.map(|host| kept(host, id)));
            drive(id)
        }
        (DRIVE, ["open"]) => {
            let id = at.query("id").filter(|id| is_id(id))?;
            // It may be either: a file that somebody put there, or a document.
            asks.extend(host.map(|host| kept(host, &id)));
            asks.extend(host.map(|host| exported(host, &id, MARKDOWN)));
            drive(&id)
        }
        _ => return None,
    };
    asks.push(Ask::new(address, Accepts::Document));
    let file = File { asks, opened: Opened::page(page), remedy: Some(remedy.to_owned()) };
    Some(match one_sheet {
        Some((spreadsheet, gid)) => Box::new(Sheet { spreadsheet, gid, otherwise: file }),
        None => Box::new(file),
    })
}

/// A spreadsheet in the interface for cells.
fn cells(host: &Host, id: &str) -> Ask {
    Ask::new(format!("{}/spreadsheets/{id}", host.api), Accepts::Json).by(host.credential.as_ref())
}

/// What names one file and nothing else.
fn is_id(id: &str) -> bool {
    id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// How documents come as Markdown.
const MARKDOWN: &str = "text/markdown";

/// A document or the first sheet of a spreadsheet, from the interface.
fn exported(host: &Host, id: &str, kind: &str) -> Ask {
    let address = with_query(&format!("{}/files/{id}/export", host.api), &[("mimeType", kind)]);
    Ask::new(address, Accepts::File).by(host.credential.as_ref())
}

/// A file as somebody put it there, perhaps on a drive that people share.
fn kept(host: &Host, id: &str) -> Ask {
    let pairs = [("alt", "media"), ("supportsAllDrives", "true")];
    let address = with_query(&format!("{}/files/{id}", host.api), &pairs);
    Ask::new(address, Accepts::File).by(host.credential.as_ref())
}

/// A file by the way that needs no token, and its page.
fn drive(id: &str) -> (String, String) {
    let address = with_query(&format!("{DRIVE}/uc"), &[("export", "download"), ("id", id)]);
    (address, format!("{DRIVE}/file/d/{id}/view"))
}

/// One sheet, as comma-separated values.
fn sheet(base: &str, key: &str, at: &At) -> String {
    match gid(at) {
        Some(gid) => with_query(base, &[(key, "csv"), ("gid", &gid)]),
        None => with_query(base, &[(key, "csv")]),
    }
}

fn with_gid(base: &str, at: &At) -> String {
    gid(at).map_or_else(|| base.to_owned(), |gid| format!("{base}#gid={gid}"))
}

/// The sheet that the address points at; the first where it points at none.
fn gid(at: &At) -> Option<String> {
    let behind = at.fragment().split('&').find_map(|pair| pair.strip_prefix("gid="));
    let gid = behind.map(str::to_owned).or_else(|| at.query("gid"))?;
    gid.bytes().all(|byte| byte.is_ascii_digit()).then_some(gid)
}
