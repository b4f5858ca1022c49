//! Country: whether a page is an American one, which settles what a bare `$` and 04/11/14 mean on it.

use crate::page::Page;
use crate::pattern::Pattern;

/// The country itself, its states by name or before a ZIP code, and what only its employers write.
static AMERICAN: Pattern = Pattern::new(
    r"(?x)\b(?: United\ States | U\.S\.A?\b | USA | 401\(k\) | Fair\ Chance | EEO | E-Verify
    | Alabama | Alaska | Arizona | Arkansas | California | Colorado | Connecticut | Delaware | Florida | Hawaii | Idaho
    | Illinois | Indiana | Iowa | Kansas | Kentucky | Louisiana | Maine | Maryland | Massachusetts | Michigan | Minnesota
    | Mississippi | Missouri | Montana | Nebraska | Nevada | New\ (?:Hampshire|Jersey|Mexico|York) | North\ Carolina
    | North\ Dakota | Ohio | Oklahoma | Oregon | Pennsylvania | Rhode\ Island | South\ Carolina | South\ Dakota | Tennessee
    | Texas | Utah | Vermont | Virginia | Washington | Wisconsin | Wyoming | Los\ Angeles | San\ Francisco
    | [A-Z]{2}\ \d{5} )",
);

/// Other countries whose money is written with the same sign, or whose people live there.
static OTHER: Pattern = Pattern::new(
    r"(?x)\b(?: Canada | Canadian | CAD | Ontario | Quebec | Toronto | Vancouver | Australia | AUD | Sydney
    | Melbourne | New\ Zealand | NZD | Singapore | SGD | Hong\ Kong | HKD | Mexico\ City | MXN | Brazil | Chile | Argentina
    | Colombia | Taiwan )\b",
);

/// Whether the page names the United States, and no other country of dollars or pesos.
#[must_use]
pub fn is_american(page: &Page) -> bool {
    AMERICAN.is_match(&page.text) && !OTHER.is_match(&page.text)
}
