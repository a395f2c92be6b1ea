-- SPDX-License-Identifier: Apache-2.0
-- Keys, names and limits of joins (language 4.7, 5, 8.4).

--@test: the key is the first side of ON that is selected
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (tid INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM l AS SELECT id, x, y FROM s JOIN t ON id = tid;
CREATE STREAM r AS SELECT tid, x, y FROM s JOIN t ON id = tid;
CREATE STREAM b AS SELECT tid, id, y FROM s JOIN t ON id = tid;
ASSERT STREAM l (id INT KEY, x INT, y INT) WITH (kafka_topic='L', value_format='JSON');
ASSERT STREAM r (tid INT KEY, x INT, y INT) WITH (kafka_topic='R', value_format='JSON');
ASSERT STREAM b (id INT KEY, tid INT, y INT) WITH (kafka_topic='B', value_format='JSON');

--@test: the order of the sides decides, not that of SELECT or ON
CREATE STREAM o (oid INT KEY, x INT) WITH (kafka_topic='o', value_format='JSON');
CREATE STREAM s (sid INT KEY, y INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM j AS SELECT sid AS x1, oid AS y1, x FROM o JOIN s WITHIN 1 SECOND ON s.sid = o.oid;
ASSERT STREAM j (y1 INT KEY, x1 INT, x INT) WITH (kafka_topic='J', value_format='JSON');

--@test: a join that selects neither side lacks its key
--@expected.message: 'S.ID'
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (tid INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT x, y FROM s JOIN t ON s.id = tid;

--@test: a FULL join has a key of its own, ROWKEY
CREATE TABLE s (id INT PRIMARY KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE TABLE j AS SELECT rowkey, x, y FROM s FULL JOIN t ON s.id = t.id;
CREATE TABLE k AS SELECT * FROM s FULL JOIN t ON s.id = t.id;
ASSERT TABLE j (rowkey INT PRIMARY KEY, x INT, y INT) WITH (kafka_topic='J', value_format='JSON');
ASSERT TABLE k (rowkey INT PRIMARY KEY, s_id INT, s_x INT, t_id INT, t_y INT) WITH (kafka_topic='K', value_format='JSON');

--@test: ROWKEY gets a number where a source has that name
CREATE TABLE s (rowkey INT PRIMARY KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE TABLE j AS SELECT rowkey_1, x, y FROM s FULL JOIN t ON s.rowkey = t.id;
ASSERT TABLE j (rowkey_1 INT PRIMARY KEY, x INT, y INT) WITH (kafka_topic='J', value_format='JSON');

--@test: a FULL join without ROWKEY says to select it
--@expected.message: ROWKEY
CREATE TABLE s (id INT PRIMARY KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE TABLE j AS SELECT s.id, x, y FROM s FULL JOIN t ON s.id = t.id;

--@test: two expressions have ROWKEY for a key
CREATE STREAM o (oid INT KEY, x INT) WITH (kafka_topic='o', value_format='JSON');
CREATE STREAM s (sid INT KEY, y INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM j AS SELECT rowkey, x, y FROM o JOIN s WITHIN 1 SECOND ON x + 1 = y + 2;
ASSERT STREAM j (rowkey INT KEY, x INT, y INT) WITH (kafka_topic='J', value_format='JSON');

--@test: an expression and a column have the column for a key
CREATE STREAM o (oid INT KEY, x INT) WITH (kafka_topic='o', value_format='JSON');
CREATE STREAM s (sid INT KEY, y INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM j AS SELECT y, x FROM o JOIN s WITHIN 1 SECOND ON x + 1 = y;
ASSERT STREAM j (y INT KEY, x INT) WITH (kafka_topic='J', value_format='JSON');

--@test: in a chain all columns that are equal may be the key
CREATE STREAM a (ida INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (idb INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c (idc INT PRIMARY KEY, z INT) WITH (kafka_topic='c', value_format='JSON');
CREATE STREAM j AS SELECT idb, x, y, z FROM a JOIN b ON ida = idb JOIN c ON ida = idc;
CREATE STREAM k AS SELECT idc, x, y, z FROM a JOIN b ON ida = idb JOIN c ON ida = idc;
ASSERT STREAM j (idb INT KEY, x INT, y INT, z INT) WITH (kafka_topic='J', value_format='JSON');
ASSERT STREAM k (idc INT KEY, x INT, y INT, z INT) WITH (kafka_topic='K', value_format='JSON');

--@test: after an expression only the newest side is the key
--@expected.message: 'C.IDC'
CREATE STREAM a (ida INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (idb INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c (idc INT PRIMARY KEY, z INT) WITH (kafka_topic='c', value_format='JSON');
CREATE STREAM j AS SELECT ida, idb, x FROM a JOIN b ON ida = idb JOIN c ON ida + 1 = idc;

--@test: a foreign-key join has the left table's key
CREATE TABLE s (id INT PRIMARY KEY, fk INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (tid INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE TABLE j AS SELECT y, id FROM s JOIN t ON fk = tid;
ASSERT TABLE j (id INT PRIMARY KEY, y INT) WITH (kafka_topic='J', value_format='JSON');

--@test: a foreign-key join without the left key lacks it
--@expected.message: 'S.ID'
CREATE TABLE s (id INT PRIMARY KEY, fk INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (tid INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE TABLE j AS SELECT tid, y FROM s JOIN t ON fk = tid;

--@test: a foreign-key join is INNER or LEFT
--@expected.message: INNER
CREATE TABLE s (id INT PRIMARY KEY, fk INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (tid INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE TABLE j AS SELECT id, y FROM s RIGHT JOIN t ON fk = tid;

--@test: a foreign-key join is the first of a chain
--@expected.message: foreign
CREATE TABLE a (ida INT PRIMARY KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (idb INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c (idc INT PRIMARY KEY, z INT) WITH (kafka_topic='c', value_format='JSON');
CREATE TABLE j AS SELECT ida, x, y, z FROM a JOIN b ON ida = idb JOIN c ON x = idc;

--@test: a foreign-key join may have tables of unlike partitions and formats
CREATE TABLE s (id INT PRIMARY KEY, fk INT) WITH (kafka_topic='s', value_format='JSON', partitions=2);
CREATE TABLE t (tid INT PRIMARY KEY, y INT) WITH (kafka_topic='t', key_format='JSON', value_format='DELIMITED', partitions=3);
CREATE TABLE j AS SELECT id, y FROM s JOIN t ON fk = tid;
INSERT INTO t (rowtime, tid, y) VALUES (1, 7, 70);
INSERT INTO s (rowtime, id, fk) VALUES (2, 1, 7);
ASSERT VALUES j (id, y) VALUES (1, 70);

--@test: sides may be swapped in ON
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (tid INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT id, x, y FROM s JOIN t ON t.tid = s.id;
INSERT INTO t (rowtime, tid, y) VALUES (1, 1, 5);
INSERT INTO s (rowtime, id, x) VALUES (2, 1, 6);
ASSERT VALUES j (id, x, y) VALUES (1, 6, 5);

--@test: a join condition has no literal
--@expected.message: the join condition
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (tid INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT id, x, y FROM s JOIN t ON t.tid = 1;

--@test: a join condition is not combined with another
--@expected.message: the join condition
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (tid INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT id, x, y FROM s JOIN t ON t.tid = s.id AND s.x = t.y;

--@test: each side of a condition reads another source
--@expected.message: the join condition
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (tid INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT id, x, y FROM s JOIN t ON s.id = s.x;

--@test: a side of a condition does not read two sources
--@expected.message: the join condition
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t (tid INT KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT id, x, y FROM s JOIN t WITHIN 1 SECOND ON s.id + t.tid = t.y;

--@test: NULL is no side of a condition
--@expected.message: the join condition
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (tid INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT id, x, y FROM s JOIN t ON s.id = NULL;

--@test: a condition mentions the source that is joined
--@expected.message: 'C'
CREATE STREAM a (ida INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (idb INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c (idc INT PRIMARY KEY, z INT) WITH (kafka_topic='c', value_format='JSON');
CREATE STREAM j AS SELECT ida, x FROM a JOIN b ON ida = idb JOIN c ON ida = idb;

--@test: a source is joined once
--@expected.message: joined with itself
CREATE STREAM a (ida INT KEY, x INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (idb INT PRIMARY KEY, y INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM j AS SELECT ida, x FROM a JOIN b b1 ON ida = b1.idb JOIN b b2 ON ida = b2.idb;

--@test: values in KAFKA format are not joined
--@expected.message: KAFKA
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', format='KAFKA');
CREATE TABLE t (tid INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT id, x, y FROM s JOIN t ON id = tid;

--@test: a table of several keys is not joined
--@expected.message: PRIMARY KEY
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (k INT PRIMARY KEY, l INT PRIMARY KEY, y INT) WITH (kafka_topic='t', format='JSON');
CREATE STREAM j AS SELECT id, x, y FROM s JOIN t ON id = k;

--@test: a table is not joined on an expression of its key
--@expected.message: PRIMARY KEY
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (tid INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT id, x, y FROM s JOIN t ON id = tid + 1;

--@test: a stream and a table are not RIGHT joined
--@expected.message: INNER and LEFT
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (tid INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT id, x, y FROM s RIGHT JOIN t ON id = tid;

--@test: WITHIN is not for two tables
--@expected.message: WITHIN
CREATE TABLE s (id INT PRIMARY KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (tid INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE TABLE j AS SELECT id, x, y FROM s JOIN t WITHIN 1 SECOND ON id = tid;

--@test: windowed sources are not joined with others
--@expected.message: window
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON', window_type='TUMBLING', window_size='1 SECOND');
CREATE STREAM t (tid INT KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT id, x, y FROM s JOIN t WITHIN 1 SECOND ON id = tid;

--@test: sessions are not joined with other windows
--@expected.message: one has time windows and the other session windows
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON', window_type='TUMBLING', window_size='1 SECOND');
CREATE STREAM t (tid INT KEY, y INT) WITH (kafka_topic='t', value_format='JSON', window_type='SESSION');
CREATE STREAM j AS SELECT id, x, y FROM s JOIN t WITHIN 1 SECOND ON id = tid;

--@test: windows of unlike sizes are not joined
--@expected.message: size
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON', window_type='TUMBLING', window_size='1 SECOND');
CREATE STREAM t (tid INT KEY, y INT) WITH (kafka_topic='t', value_format='JSON', window_type='HOPPING', window_size='2 SECONDS');
CREATE STREAM j AS SELECT id, x, y FROM s JOIN t WITHIN 1 SECOND ON id = tid;

--@test: hopping and tumbling windows may be joined
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON', window_type='TUMBLING', window_size='1 SECOND');
CREATE STREAM t (tid INT KEY, y INT) WITH (kafka_topic='t', value_format='JSON', window_type='HOPPING', window_size='1 SECOND');
CREATE STREAM j AS SELECT id, x, y FROM s JOIN t WITHIN 1 SECOND ON id = tid;
DESCRIBE j;
--> ID INTEGER KEY
--> X INTEGER
--> Y INTEGER

--@test: the partitions of a side that is repartitioned follow the other's
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON', partitions=2);
CREATE TABLE t (tid INT PRIMARY KEY, y INT) WITH (kafka_topic='t', value_format='JSON', partitions=3);
CREATE STREAM j AS SELECT x, id, y FROM s JOIN t ON x = tid;
INSERT INTO t (rowtime, tid, y) VALUES (1, 7, 70);
INSERT INTO s (rowtime, id, x) VALUES (2, 1, 7);
ASSERT VALUES j (x, id, y) VALUES (7, 1, 70);

--@test: WITHIN of one duration looks both ways, of two each its own
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t (tid INT KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT id, x, y FROM s JOIN t WITHIN (0 SECONDS, 5 SECONDS) ON id = tid;
INSERT INTO t (rowtime, tid, y) VALUES (1000, 1, 1);
INSERT INTO s (rowtime, id, x) VALUES (2000, 1, 2);
INSERT INTO t (rowtime, tid, y) VALUES (6999, 1, 3);
INSERT INTO t (rowtime, tid, y) VALUES (7001, 1, 4);
ASSERT VALUES j (x, y) VALUES (2, 3);

--@test: a star with PARTITION BY shows the system columns of each side
CREATE STREAM s (id INT KEY, x INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t (tid INT KEY, y INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT * FROM s JOIN t WITHIN 1 SECOND ON id = tid PARTITION BY x;
DESCRIBE j;
--> S_X INTEGER KEY
--> S_ROWTIME BIGINT
--> S_ROWPARTITION INTEGER
--> S_ROWOFFSET BIGINT
--> S_ID INTEGER
--> T_Y INTEGER
--> T_ROWTIME BIGINT
--> T_ROWPARTITION INTEGER
--> T_ROWOFFSET BIGINT
--> T_TID INTEGER
