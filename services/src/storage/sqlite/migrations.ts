/**
 * The schema, one step a version: step n makes version n of n - 1. A step that has been released is never changed.
 *
 * `journal` takes events in the order of their commits: all at the end of one table, so that a commit touches few pages
 * however many streams it is for. `chunk` is where they settle: the events of one stream together, a JSON text a line.
 */
export const migrations: readonly string[] = [
  `create table document (
     position integer primary key autoincrement,
     collection text not null,
     id text not null,
     label text,
     body text not null,
     unique (collection, id)
   ) strict;
   create index document_by_label on document (collection, label, position);
   create table journal (
     position integer primary key,
     stream text not null,
     seq integer not null,
     event text not null
   ) strict;
   create table chunk (
     position integer primary key,
     stream text not null,
     first integer not null,
     count integer not null,
     events text not null,
     unique (stream, first)
   ) strict;`,
];
