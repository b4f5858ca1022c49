//! Words that name what somebody is at work: the last word of most jobs' names.

use crate::pattern::Pattern;

/// In lower case and the singular, separated by bars.
const NOUNS: &str = "accountant|actuary|adjuster|administrator|adviser|advisor|agent|aide|ambassador|analyst|animator|appraiser|\
apprentice|architect|archivist|assembler|assessor|assistant|associate|attendant|attorney|auditor|baker|banker|barista|bartender|\
biologist|bookkeeper|broker|butcher|buyer|captain|caregiver|carer|carpenter|cashier|chef|chemist|chief|cleaner|clerk|coach|collector|\
commissioner|consultant|controller|cook|coordinator|co-ordinator|copywriter|counsel|counselor|counsellor|courier|custodian|dentist|\
deputy|designer|developer|director|dispatcher|driver|economist|editor|electrician|engineer|estimator|evaluator|evangelist|examiner|\
executive|expert|fellow|firefighter|fitter|foreman|gardener|generalist|geologist|guard|guide|handler|head|host|hygienist|illustrator|\
inspector|instructor|intern|interpreter|investigator|janitor|judge|keeper|labourer|laborer|landscaper|lead|leader|lecturer|liaison|\
librarian|loader|machinist|maker|manager|marketer|marshal|mathematician|mechanic|merchandiser|messenger|moderator|negotiator|nurse|\
officer|operator|packer|painter|paralegal|partner|pharmacist|photographer|physician|physicist|picker|pilot|planner|plumber|porter|\
president|principal|producer|professional|professor|programmer|psychologist|ranger|receptionist|recruiter|registrar|representative|\
researcher|salesperson|scheduler|scientist|secretary|server|sheriff|specialist|statistician|steward|strategist|stylist|\
superintendent|supervisor|surveyor|teacher|technician|technologist|teller|tester|therapist|trader|trainee|trainer|translator|treasurer|\
tutor|typist|underwriter|welder|worker|writer";

static NOUN: Pattern = Pattern::built(|| format!(r"(?i)\b(?:{NOUNS})s?\b"));

/// Whether a name has such a word.
pub(in crate::extract) fn names_somebody(name: &str) -> bool {
    NOUN.is_match(name)
}
