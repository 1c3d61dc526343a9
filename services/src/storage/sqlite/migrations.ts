/**
 * The schema, one step a version: step n makes version n of n - 1. A step that has been released is never changed.
 *
 * `journal` takes all commits in their order, at the end of one table, so that each touches few pages whatever it
 * changes; `changes.ts` says how a row of it is written. They settle from there: documents, of which only the last version counts, in `document`; the
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
  // All changes of a commit in one row, and documents that belong to somebody, as runs do to an instance.
  `alter table document add column owner text;
   update document set owner = json_extract(body, '$.status.runtime_instance_id') where collection = 'run';
   create index document_by_owner on document (collection, owner, position) where owner is not null;
   create table commits (position integer primary key, changes text not null) strict;
   insert into commits (changes) select
     case kind
       when 'append' then json_array(kind, place, key)
       when 'remove' then json_array(kind, place, cast(key as text))
       else json_array(kind, place, cast(key as text), label,
         case place when 'run' then json_extract(body, '$.status.runtime_instance_id') end)
     end || char(10) || coalesce(body, '') || char(10)
     from journal order by position;
   drop table journal;
   alter table commits rename to journal;`,
];
