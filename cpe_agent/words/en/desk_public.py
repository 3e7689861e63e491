"""What the desk shows to anybody, without a login: the page that takes a report out of a picture, and the receipt.
Read by customers, mostly on a telephone."""

PHRASES = {
    # the picture
    "q": "Send what the check found",
    "q.what": "The picture that you scanned holds what the check of your internet connection found. Press the button "
    "to send it to your provider's support.",
    "q.sends": "Sent are: what was found and why, the state of each part of your connection, and what you answered "
    "during the check. No password, no name and no telephone number are in it. Your telephone sends it over its own "
    "connection.",
    "q.send": "Send it",
    "q.sending": "Sending",
    "q.have": "Pictures received: {have} of {count}",
    "q.missing": "Still missing: {numbers}",
    "q.next": "Scan the next picture. The order does not matter, and you may close this page in between.",
    "q.all": "All pictures are here.",
    "q.done": "Your provider's support has it",
    "q.done.text": "You need not send it again. You may close this page.",
    "q.done.watched": "The representative has it on the screen now.",
    "q.code": "If you are asked for the report's code:",
    "q.again": "It could not be sent",
    "q.again.text": "This telephone may have no connection, or support is busy. Nothing was lost. Wait a moment and "
    "press the button again.",
    "q.scan": "Scan the pictures again",
    "q.scan.text": "The pictures could not be put together. Show them on the computer again and scan them, one after "
    "the other.",
    "q.newer": "The picture cannot be read here yet",
    "q.newer.text": "It was made by a newer program than support has. Read the digits under the picture to the "
    "representative instead.",
    "q.refused": "The picture was not taken",
    "q.refused.text": "Read the digits under the picture to the representative instead.",
    "q.kept-not": "This browser does not remember pictures. Read the digits under the picture to the representative "
    "instead.",
    "q.none": "Scan the picture that the program shows",
    "q.none.text": "Point the camera of your telephone at the picture on the computer's screen and open the link that "
    "appears.",
    "q.no-script": "This browser does not run the page's script, so nothing can be sent from here.",
    "q.no-script.text": "Read the digits that stand under the picture to the representative. They say what was found.",
    "languages": "Other languages",
    # the receipt
    "receipt": "Receipt {code}",
    "receipt.made": "This check was made on {date} at {time} (UTC).",
    "receipt.found": "What it found",
    "receipt.healthy": "The connection worked.",
    "receipt.inconclusive": "The check did not find out what is wrong.",
    "receipt.fault": "A fault that this desk has no words for yet: {fault}",
    "receipt.cleared": "The customer's side is cleared",
    "receipt.cleared.text": "The computer, the home network and the router were measured and nothing of this fault is "
    "theirs. The support desk has judged the stored measurements itself and comes to the same.",
    "receipt.not-cleared": "This report clears nobody's side",
    "receipt.not-cleared.text": "It does not say that the fault is at the customer's home. It says that this check "
    "alone does not prove the opposite.",
    "receipt.verified": "The report came with the provider's own ticket.",
    "receipt.unverified": "The report came without a ticket: it is not certain which home it is of.",
    "receipt.nothing": "Nothing about the person, the home or its addresses is shown here.",
    "receipt.none": "No report with this receipt",
    "receipt.none.text": "Compare the code with the one on the receipt: three groups of four letters and digits. A "
    "report that is still waiting to be sent, or that was deleted, cannot be found either.",
    "receipt.slow": "Too many codes were asked for from here",
    "receipt.slow.text": "Wait a minute and open this page again.",
    "code.none": "This code is not right",
    "code.none.text": "Look at the address once more, or let the person on the telephone read the code out again: eight "
    "letters and digits.",
    "owner.device": "the computer",
    "owner.home": "the home network",
    "owner.cpe": "the router",
    "owner.access": "the line to the home",
    "owner.account": "the account with the provider",
    "owner.isp-core": "the provider's network",
    "owner.remote": "the far side: the site or service that was asked for",
    "receipt.owner": "It lies with: {owner}.",
}
