"""What the one box answers."""

PHRASES = {
    "found": "Found",
    "choose": "Which of these is it?",
    "nothing": "Nothing here has that code, number or name: {text}",
    "nothing.hint": "Codes may have been misheard: have it read again in groups of three. Telephone and customer numbers "
    "are found only where the provider gave the customer a ticket or somebody entered them in a case.",
    "near": "Did you mean",
    "wait": "Too many tries that found nothing",
    "wait.text": "Please wait a minute. A code is read out in groups: it is quicker to have it read again than to guess.",
    "withheld": "Your role does not search by telephone or customer number.",
    "corrected": "not exactly what was typed, but {code}",
    "spoken.length": "A spoken code has fifteen digits. These are {digits}.",
    "spoken.too-many": "Too many digits of this spoken code were not heard. Two may be missing: write a ? for each.",
    "spoken.besides": "Besides the digits that were not heard, another one does not fit. Have the code read again.",
    "spoken.wrong": "More than one digit of this spoken code does not fit. Have it read again, three digits at a time.",
    "masked": "This report holds something that tells who the customer is; it is not shown. Please tell whoever keeps "
    "the desk: the program that sent it should have left it out. It stands in:",
    "report": "Report {code}",
    "case": "Case {code}",
    "customer": "Customer {id} of this desk",
    "customer.number": "Customer with the number {number} (here: {id})",
    "spoken": "What the spoken code says",
    "may-be": "This code may be of one of these reports",
    "hit.report-id": "by the report's id",
    "hit.spoken": "by the spoken code",
    "hit.case": "by the case code",
    "hit.locator": "by the report's code",
    "hit.receipt": "by the receipt's code",
    "hit.telephone": "by the telephone number",
    "hit.number": "by the customer number",
    "hit.name": "by the case's name",
}
