// Package report writes what became of each row of a list: as CSV, as an
// Excel workbook, or as JSON; and the failed rows alone, to be run again.
//
// It refuses HTML, which is not there yet, and formats it does not know. It
// reads no store and no clock: deliveries and the time come from the caller.
//
// Every format has these keys, in this order. CSV and Excel put "tebar_" in
// front, and the list's own columns behind, under their own headers; JSON has
// them under "fields". Where the list has a header of the same name as one of
// ours, it gets a number: tebar_state_2.
//
//	email name state reason account message_id attempts sent_at code
//	enhanced_code response row source version sha256 retry_at
//
// Times are RFC 3339 in the campaign's zone, to the second. A time or a number
// that there is none of (sent_at, retry_at, code, version) is an empty cell;
// in JSON a time is null and a number 0. message_id has no angle brackets.
//
// CSV is UTF-8 without a byte order mark, comma, LF: scripts rely on that. To
// look at a report in Excel, take the Excel format. A cell that a spreadsheet
// would evaluate gets an apostrophe in front (see harmless). In Excel every
// cell is text: nothing is evaluated, and zeros in front and long numbers stay.
//
// Rows are written as they come: memory does not grow with the list.
package report
