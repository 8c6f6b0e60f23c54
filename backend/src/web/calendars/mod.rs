//! The administration's pages of working-time calendars.

mod form;
pub mod list;
pub mod page;

/// Where the pages begin.
const HOME: &str = "/admin/calendars";

/// The address of one of them.
pub fn address(id: crate::db::CalendarId) -> String {
    format!("{HOME}/{id}")
}
