"""Change cases and what belongs to them.

Nothing else writes them, except the outbox, which marks messages as sent. Each public function is one transaction,
and each change leaves an event that says who did what.
"""

from .appointments import (
    MAX_AHEAD,
    book,
    cancel,
    change_stage,
    choose_time,
    confirm,
    expire_holds,
    get_closing_outcomes,
    move,
    release_hold,
)
from .blocked_time import (
    VisitsInTheWayError,
    add_block_rule,
    block_time,
    end_block_rule,
    extend_block_rules,
    find_visits_in_the_way,
    unblock_time,
)
from .calls import give_up, record_call, should_give_up
from .cases import add_note, assign, mark_seen, retry_message
from .complaints import escalate_complaints, file_complaint, set_severity
from .contacts import correct_contact
from .desk_cases import DeskRequest, SavedBeforeError, open_case
from .followups import check_on, stop_asking
from .limits import TooManyChangesError, confirm_contact, forget_networks, unconfirmed_holds
from .patients import Duplicate, find_people, link, unlink
from .permissions import NotAllowedError, may
from .privacy import erase, revoke_links, withdraw_consent
from .repeats import TooEarlyError, decline_repeat, find_not_before, open_repeat
from .slots import (
    Blocker,
    ExplainedTime,
    Obstacle,
    TimeTakenError,
    UnusualTimeError,
    expired_holds,
    explain_day,
    find_visits_outside_hours,
    free_starts,
    get_booking_policy,
    get_free_window,
    policy_for_case,
    time_taken,
)
from .snooze import snooze
from .submissions import (
    SAME_REQUEST_WITHIN,
    HasTimeError,
    Submission,
    is_known_as,
    release_from_quarantine,
    submit,
)
from .tasks import OwedError, find_blocking, get_clock, may_snooze, prefetch_open_tasks, retime_all
from .transitions import (
    CASE_STEPS,
    VISIT_STEPS,
    BookingError,
    StaleCaseError,
    TransitionError,
    find_current_visits,
    get_outcomes,
    get_stage,
    get_visit,
    next_stages,
    prefetch_visits,
)
from .waitlist import set_waitlist
