// Package prepare joins a campaign's parts before anything is sent: the file,
// its lists, its letter and its attachments become problems, a plan, a
// snapshot for the ledger, and filled messages. check, plan, preview, test and
// run all go through it, so that they cannot disagree.
//
// It refuses nothing by itself: what is wrong comes back as problems, all of
// them at once. It sends nothing and knows no ledger.
package prepare
