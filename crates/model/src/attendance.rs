//! Who takes part in a meeting.

use serde::{Deserialize, Serialize};

use crate::Count;
use crate::code::code_list;

code_list! {
    /// What the subject is to the meeting.
    AttendanceRole in "attendance_roles" {
        Host = "host", "Host", "مضيف", "Hosts the meeting.", "يستضيف الاجتماع.";
        Chair = "chair", "Chair", "رئيس", "Leads the meeting.", "يقود الاجتماع.";
        Participant = "participant", "Participant", "مشارك", "Takes part.", "يشارك.";
        Invited = "invited", "Invited", "مدعو", "Was invited.", "مدعو.";
        Absent = "absent", "Absent", "غائب", "Stays away.", "غائب.";
    }
}

code_list! {
    /// How the subject takes part.
    AttendanceMode in "attendance_modes" {
        InPerson = "in_person", "In person", "حضوريًا", "On the spot.", "في المكان.";
        Remote = "remote", "Remote", "عن بعد", "By a remote link.", "عبر اتصال عن بعد.";
    }
}

/// The fields of an `attendance` edge.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attendance<N> {
    /// What the subject is to the meeting.
    pub role: AttendanceRole,
    /// How it takes part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<AttendanceMode>,
    /// The place from which it takes part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<N>,
    /// How many, where the subject is a group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<Count>,
}

impl<N> Attendance<N> {
    pub(crate) fn try_map<M, E>(self, f: &mut impl FnMut(N) -> Result<M, E>) -> Result<Attendance<M>, E> {
        Ok(Attendance { role: self.role, mode: self.mode, place: self.place.map(f).transpose()?, count: self.count })
    }
}
