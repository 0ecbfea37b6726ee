//! What structured queries ask of statements.

use crate::code::code_list;

code_list! {
    /// A value of a statement.
    QueryField in "query_fields" {
        Subject = "subject", "Who", "من", "Who or what the statement is about: the pledger, the attendee, the member, the holder, the speaker.", "من يتناوله القول.";
        Object = "object", "To whom or what", "لمن أو ماذا", "To whom or what: the beneficiary, the meeting, the coalition, the country.", "لمن أو لأي شيء.";
        Coalition = "coalition", "Coalition", "التحالف", "Within which coalition.", "ضمن أي تحالف.";
        Capability = "capability", "Capability", "القدرة", "What is pledged or asked for.", "ما يُتعهد به أو يُطلب.";
        Mission = "mission", "Mission", "المهمة", "What for.", "لأي غرض.";
        Stance = "stance", "Stance", "الموقف", "How firm the words are.", "مدى حزم القول.";
        Stage = "stage", "Stage", "المرحلة", "What has been done.", "ما نُفذ.";
        Conditions = "conditions", "Conditions", "الشروط", "What it hangs on.", "ما يتوقف عليه.";
        Rationale = "rationale", "Reason", "السبب", "The reason that is given.", "السبب المذكور.";
        Text = "text", "Text", "النص", "What was said or done, in our words.", "ما قيل أو فُعل بكلماتنا.";
        Date = "date", "Date", "التاريخ", "When: of a meeting its date, else when it was said, else from when it holds.", "متى.";
        Place = "place", "Place", "المكان", "Where.", "أين.";
        Role = "role", "Role", "الدور", "As what somebody attends or belongs.", "بأي صفة.";
        Mode = "mode", "Mode", "الطريقة", "How somebody attends.", "كيف يشارك.";
        Status = "status", "Status", "الحالة", "What became of a meeting or a request.", "ما آل إليه.";
        Title = "title", "Title", "اللقب", "The title of an office.", "لقب المنصب.";
        Agenda = "agenda", "Agenda", "جدول الأعمال", "The points of an agenda.", "بنود جدول الأعمال.";
        Number = "number", "Number", "العدد", "How many, as the source counts.", "العدد كما يذكره المصدر.";
        ActingThrough = "acting_through", "Acting through", "من خلال", "Through which person or body.", "من خلال أي شخص أو جهة.";
        Quantity = "quantity", "How much", "الكمية", "How much is pledged, with its unit.", "كم يُتعهد به، مع وحدته.";
        Speaker = "speaker", "Who said it", "القائل", "Who said it first.", "من قاله أولًا.";
        Outlet = "outlet", "Who reported it", "الناقل", "Who reported or published it.", "من نقله أو نشره.";
        Attribution = "attribution", "Through whom", "سلسلة الإسناد", "Everyone through whom it went, from the first to the last.", "كل من مر القول عبره.";
        Anonymity = "anonymity", "Why not named", "سبب عدم التسمية", "Why a speaker is not named.", "لماذا لم يُسمَّ المتحدث.";
        Source = "source", "Source", "المصدر", "The documents that say so.", "الوثائق التي تقول ذلك.";
        Due = "due", "By when", "الموعد", "By when it is to be done.", "متى يجب إنجازه.";
    }
}
