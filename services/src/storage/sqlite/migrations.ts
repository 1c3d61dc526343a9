/**
 * The schema, one step a version: step n makes version n of n - 1. A step that has been released is never changed.
 *
 * `journal` takes all changes in the order of their commits, at the end of one table, so that a commit touches few pages
 * whatever it changes. They settle from there: documents, of which only the last version counts, in `document`; the
 * events of one stream together in `chunk`, a JSON text a line.
 */
export const migrations: readonly string[] = [
  `create table journal (
     position integer primary key,
     kind text not null,
     place text not null,
     key any not null,
     label text,
     body text
   ) strict;
   create table document (
     position integer primary key autoincrement,
     collection text not null,
     id text not null,
     label text,
     body text not null,
     unique (collection, id)
   ) strict;
   create index document_by_label on document (collection, label, position);
   create table chunk (
     position integer primary key,
     stream text not null,
     first integer not null,
     count integer not null,
     events text not null,
     unique (stream, first)
   ) strict;`,
];
