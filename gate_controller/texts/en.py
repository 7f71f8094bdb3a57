"""British English, with the typographic apostrophe."""

from gate_controller.admission.words.messages import Fault, MessageKind, MoneyFate
from gate_controller.texts.wording import Wording, Words

WORDING = Wording(
    messages={
        MessageKind.IDLE: Words(
            "Scan here",
            "Hold the code of your voucher in front of the scanner. Admission: {price}.",
        ),
        MessageKind.CHECKING: Words(
            "Checking",
            "We are checking your voucher. Please wait a moment.",
        ),
        MessageKind.ONE_MOMENT: Words(
            "One moment",
            "Somebody else is going through. Please wait, you are next.",
        ),
        MessageKind.ADMITTED: Words(
            "Welcome",
            "Please go through.",
        ),
        MessageKind.ADMITTED_ON_CREDIT: Words("Welcome", "Your admission is already paid. Please go through."),
        MessageKind.NOBODY_PASSED: Words(
            "Gate has closed",
            "Nobody went through. Scan the same voucher again: the gate opens without another charge.",
        ),
        MessageKind.ALREADY_ADMITTED: Words(
            "Already paid",
            "Already admitted, please go through. Scan again afterwards for another person.",
        ),
        MessageKind.SCAN_AGAIN_LATER: Words(
            "Already paid",
            "Already admitted. For another person, scan again in {seconds} seconds.",
            "Already admitted. For another person, scan again later.",
        ),
        MessageKind.NOT_A_VOUCHER: Words(
            "Not a voucher",
            "This is not a voucher. Please scan the code on your voucher.",
        ),
        MessageKind.NOT_REDEEMABLE: Words(
            "Not redeemable",
            "{eguma_text}",
            "This voucher cannot be redeemed. Please ask the staff{incident}.",
        ),
        MessageKind.BALANCE_TOO_LOW: Words(
            "Balance too low",
            "The voucher has {balance} left, admission is {price}. Please scan another voucher.",
            "The balance does not cover the admission of {price}. Please scan another voucher.",
        ),
        MessageKind.WRONG_CURRENCY: Words(
            "Wrong currency",
            "This voucher is not in {currency}. Please scan another voucher.",
        ),
        MessageKind.REFUSED_BY_EGUMA: Words(
            "Refused",
            "{eguma_text}",
            "The voucher was refused. Please ask the staff{incident}.",
        ),
        MessageKind.UNREACHABLE: Words(
            "No connection",
            "The voucher could not be checked. Please scan it again in a minute.",
        ),
        MessageKind.BEING_CHECKED: Words(
            "Under review",
            "We are checking whether the voucher was charged. Please ask the staff.",
        ),
        MessageKind.NOT_CHARGED_AFTER_ALL: Words(
            "Not charged", "The earlier scan charged nothing. Please scan the voucher again."
        ),
        MessageKind.REFUND_UNDER_WAY: Words(
            "Refund", "An earlier, unused charge is being given back. Please scan again in a minute."
        ),
        MessageKind.CHARGE_CANCELLED: Words(
            "Cancelled",
            "Your admission could not be recorded. Please ask the staff{incident}.",
        ),
        MessageKind.PAID_BUT_SHUT: Words(
            "Gate is stuck",
            "Paid, but the gate did not open. Please ask the staff{incident}.",
        ),
        MessageKind.PAID_NOT_NEEDED: Words(
            "Gate is open",
            "The gate is open for everybody. Your payment is kept for this voucher, or given back.",
        ),
        MessageKind.LANE_BUSY: Words(
            "Gate is busy",
            "The gate was still in use. Please scan again as soon as it is free.",
        ),
        MessageKind.REFUSED_OUT_OF_SERVICE: Words(
            "Out of service",
            "This gate is out of service. Please ask the staff.",
        ),
        MessageKind.OUT_OF_SERVICE: Words(
            "Out of service",
            "This gate is out of service. Please ask the staff.",
        ),
    },
    faults={
        Fault.FIRE: Words(
            "Emergency exit",
            "The gate is open. Please leave calmly.",
        ),
        Fault.HELD_OPEN: Words(
            "Free passage",
            "The gate is open. Please go through without scanning.",
        ),
        Fault.STOPPING: Words(
            "Out of service",
            "The gate is being switched off. If you are waiting, please ask the staff.",
        ),
        Fault.SERVICE: Words(
            "Closed",
            "This gate is closed for now. Please use another one.",
        ),
        Fault.STARTING: Words(
            "Please wait",
            "The gate is starting. Please wait a moment.",
        ),
        Fault.JOURNAL: Words(
            "Out of service",
            "The gate cannot keep its records. Please ask the staff.",
        ),
        Fault.KEY: Words(
            "Out of service",
            "The voucher system does not recognise this gate. Please ask the staff.",
        ),
        Fault.RELAY: Words(
            "Out of service",
            "The gate cannot be opened. Please ask the staff.",
        ),
        Fault.BLOCKED: Words(
            "Out of service",
            "The gate is blocked. Please ask the staff.",
        ),
        Fault.SCANNER: Words(
            "Out of service",
            "The scanner is not ready. Please ask the staff.",
        ),
    },
    money={
        MoneyFate.NOTHING_YET: "",
        MoneyFate.NOT_CHARGED: "Not charged.",
        MoneyFate.CHARGED: "{price} charged{left}.",
        MoneyFate.CHARGED_BEFORE: "Not charged again.",
        MoneyFate.CREDIT: "{price} charged{left}. Good for one admission.",
        MoneyFate.REFUND_UNDER_WAY: "Refund of {price} under way. Not charged again.",
        MoneyFate.CANCELLED: "{price} charged and given back{left}.",
        MoneyFate.BEING_CHECKED: "Being checked, please do not scan again{incident}.",
    },
    incident=", incident {code}",
    left=", {balance} left",
)
