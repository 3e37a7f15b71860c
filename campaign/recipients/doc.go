// Package recipients reads the lists of a campaign: CSV, TSV and Excel files
// become entries and problems, one entry for each row, streamed.
//
// It refuses, and names what it refuses with file, row and column: a list
// that is not a plain file or stands outside the campaign's folder, an .xls,
// .ods or .numbers workbook, an encrypted one without its password, text whose encoding it cannot tell, a
// quote that is never closed, a workbook that is damaged, a header that names
// no e-mail column or two, more than 1,000 columns, and every address that a
// mail server would refuse. Nothing is dropped in silence: a row that gets no
// mail is an entry with Skip and Reason.
//
// What becomes of a row is settled in this order, and the first that applies
// counts:
//
//	bad row       no address, not an address, cells without a header, bytes that are no text
//	filtered out  a hidden row, or `where` says false
//	excluded      on an `exclude` list
//	duplicate     another row of the same address (and key) stands for it
//
// Duplicates are looked for over all lists of the campaign together; of each
// row some tens of bytes are kept for it, never its cells.
//
// Rows are numbered as a spreadsheet numbers them: the first line or row of
// the file is 1, blank ones count, and a record of several lines is one row. A
// range of a sheet changes neither the numbers of rows nor those of columns.
package recipients
