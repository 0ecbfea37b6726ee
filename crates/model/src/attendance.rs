//! Who takes part in a meeting.

use crate::code::code_list;
use crate::value::fields;
use crate::{Count, EntityKind};

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

fields! {
    /// The fields of an `attendance` edge.
    pub struct Attendance<N> {
        /// What the subject is to the meeting.
        #[query(Role)]
        #[bearing(Essence)]
        pub role: AttendanceRole,
        /// How it takes part.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[query(Mode)]
        pub mode: Option<AttendanceMode>,
        /// From where it takes part.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[query(Place)]
        pub place: Option<N> => reference(EntityKind::PLACES),
        /// How many, where the subject is a group.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[query(Number)]
        pub count: Option<Count>,
    }
}
