-- SPDX-License-Identifier: Apache-2.0
-- W14: 100 filters over one topic; each keeps 1 record in 100, so together they
-- write every record. 2 columns out, besides the key.
CREATE STREAM w14_0 WITH (KAFKA_TOPIC='${out}_0', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 0 AND amount < 5 EMIT CHANGES;
CREATE STREAM w14_1 WITH (KAFKA_TOPIC='${out}_1', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 5 AND amount < 10 EMIT CHANGES;
CREATE STREAM w14_2 WITH (KAFKA_TOPIC='${out}_2', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 10 AND amount < 15 EMIT CHANGES;
CREATE STREAM w14_3 WITH (KAFKA_TOPIC='${out}_3', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 15 AND amount < 20 EMIT CHANGES;
CREATE STREAM w14_4 WITH (KAFKA_TOPIC='${out}_4', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 20 AND amount < 25 EMIT CHANGES;
CREATE STREAM w14_5 WITH (KAFKA_TOPIC='${out}_5', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 25 AND amount < 30 EMIT CHANGES;
CREATE STREAM w14_6 WITH (KAFKA_TOPIC='${out}_6', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 30 AND amount < 35 EMIT CHANGES;
CREATE STREAM w14_7 WITH (KAFKA_TOPIC='${out}_7', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 35 AND amount < 40 EMIT CHANGES;
CREATE STREAM w14_8 WITH (KAFKA_TOPIC='${out}_8', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 40 AND amount < 45 EMIT CHANGES;
CREATE STREAM w14_9 WITH (KAFKA_TOPIC='${out}_9', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 45 AND amount < 50 EMIT CHANGES;
CREATE STREAM w14_10 WITH (KAFKA_TOPIC='${out}_10', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 50 AND amount < 55 EMIT CHANGES;
CREATE STREAM w14_11 WITH (KAFKA_TOPIC='${out}_11', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 55 AND amount < 60 EMIT CHANGES;
CREATE STREAM w14_12 WITH (KAFKA_TOPIC='${out}_12', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 60 AND amount < 65 EMIT CHANGES;
CREATE STREAM w14_13 WITH (KAFKA_TOPIC='${out}_13', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 65 AND amount < 70 EMIT CHANGES;
CREATE STREAM w14_14 WITH (KAFKA_TOPIC='${out}_14', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 70 AND amount < 75 EMIT CHANGES;
CREATE STREAM w14_15 WITH (KAFKA_TOPIC='${out}_15', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 75 AND amount < 80 EMIT CHANGES;
CREATE STREAM w14_16 WITH (KAFKA_TOPIC='${out}_16', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 80 AND amount < 85 EMIT CHANGES;
CREATE STREAM w14_17 WITH (KAFKA_TOPIC='${out}_17', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 85 AND amount < 90 EMIT CHANGES;
CREATE STREAM w14_18 WITH (KAFKA_TOPIC='${out}_18', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 90 AND amount < 95 EMIT CHANGES;
CREATE STREAM w14_19 WITH (KAFKA_TOPIC='${out}_19', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 95 AND amount < 100 EMIT CHANGES;
CREATE STREAM w14_20 WITH (KAFKA_TOPIC='${out}_20', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 100 AND amount < 105 EMIT CHANGES;
CREATE STREAM w14_21 WITH (KAFKA_TOPIC='${out}_21', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 105 AND amount < 110 EMIT CHANGES;
CREATE STREAM w14_22 WITH (KAFKA_TOPIC='${out}_22', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 110 AND amount < 115 EMIT CHANGES;
CREATE STREAM w14_23 WITH (KAFKA_TOPIC='${out}_23', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 115 AND amount < 120 EMIT CHANGES;
CREATE STREAM w14_24 WITH (KAFKA_TOPIC='${out}_24', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 120 AND amount < 125 EMIT CHANGES;
CREATE STREAM w14_25 WITH (KAFKA_TOPIC='${out}_25', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 125 AND amount < 130 EMIT CHANGES;
CREATE STREAM w14_26 WITH (KAFKA_TOPIC='${out}_26', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 130 AND amount < 135 EMIT CHANGES;
CREATE STREAM w14_27 WITH (KAFKA_TOPIC='${out}_27', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 135 AND amount < 140 EMIT CHANGES;
CREATE STREAM w14_28 WITH (KAFKA_TOPIC='${out}_28', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 140 AND amount < 145 EMIT CHANGES;
CREATE STREAM w14_29 WITH (KAFKA_TOPIC='${out}_29', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 145 AND amount < 150 EMIT CHANGES;
CREATE STREAM w14_30 WITH (KAFKA_TOPIC='${out}_30', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 150 AND amount < 155 EMIT CHANGES;
CREATE STREAM w14_31 WITH (KAFKA_TOPIC='${out}_31', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 155 AND amount < 160 EMIT CHANGES;
CREATE STREAM w14_32 WITH (KAFKA_TOPIC='${out}_32', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 160 AND amount < 165 EMIT CHANGES;
CREATE STREAM w14_33 WITH (KAFKA_TOPIC='${out}_33', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 165 AND amount < 170 EMIT CHANGES;
CREATE STREAM w14_34 WITH (KAFKA_TOPIC='${out}_34', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 170 AND amount < 175 EMIT CHANGES;
CREATE STREAM w14_35 WITH (KAFKA_TOPIC='${out}_35', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 175 AND amount < 180 EMIT CHANGES;
CREATE STREAM w14_36 WITH (KAFKA_TOPIC='${out}_36', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 180 AND amount < 185 EMIT CHANGES;
CREATE STREAM w14_37 WITH (KAFKA_TOPIC='${out}_37', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 185 AND amount < 190 EMIT CHANGES;
CREATE STREAM w14_38 WITH (KAFKA_TOPIC='${out}_38', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 190 AND amount < 195 EMIT CHANGES;
CREATE STREAM w14_39 WITH (KAFKA_TOPIC='${out}_39', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 195 AND amount < 200 EMIT CHANGES;
CREATE STREAM w14_40 WITH (KAFKA_TOPIC='${out}_40', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 200 AND amount < 205 EMIT CHANGES;
CREATE STREAM w14_41 WITH (KAFKA_TOPIC='${out}_41', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 205 AND amount < 210 EMIT CHANGES;
CREATE STREAM w14_42 WITH (KAFKA_TOPIC='${out}_42', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 210 AND amount < 215 EMIT CHANGES;
CREATE STREAM w14_43 WITH (KAFKA_TOPIC='${out}_43', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 215 AND amount < 220 EMIT CHANGES;
CREATE STREAM w14_44 WITH (KAFKA_TOPIC='${out}_44', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 220 AND amount < 225 EMIT CHANGES;
CREATE STREAM w14_45 WITH (KAFKA_TOPIC='${out}_45', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 225 AND amount < 230 EMIT CHANGES;
CREATE STREAM w14_46 WITH (KAFKA_TOPIC='${out}_46', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 230 AND amount < 235 EMIT CHANGES;
CREATE STREAM w14_47 WITH (KAFKA_TOPIC='${out}_47', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 235 AND amount < 240 EMIT CHANGES;
CREATE STREAM w14_48 WITH (KAFKA_TOPIC='${out}_48', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 240 AND amount < 245 EMIT CHANGES;
CREATE STREAM w14_49 WITH (KAFKA_TOPIC='${out}_49', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 245 AND amount < 250 EMIT CHANGES;
CREATE STREAM w14_50 WITH (KAFKA_TOPIC='${out}_50', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 250 AND amount < 255 EMIT CHANGES;
CREATE STREAM w14_51 WITH (KAFKA_TOPIC='${out}_51', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 255 AND amount < 260 EMIT CHANGES;
CREATE STREAM w14_52 WITH (KAFKA_TOPIC='${out}_52', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 260 AND amount < 265 EMIT CHANGES;
CREATE STREAM w14_53 WITH (KAFKA_TOPIC='${out}_53', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 265 AND amount < 270 EMIT CHANGES;
CREATE STREAM w14_54 WITH (KAFKA_TOPIC='${out}_54', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 270 AND amount < 275 EMIT CHANGES;
CREATE STREAM w14_55 WITH (KAFKA_TOPIC='${out}_55', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 275 AND amount < 280 EMIT CHANGES;
CREATE STREAM w14_56 WITH (KAFKA_TOPIC='${out}_56', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 280 AND amount < 285 EMIT CHANGES;
CREATE STREAM w14_57 WITH (KAFKA_TOPIC='${out}_57', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 285 AND amount < 290 EMIT CHANGES;
CREATE STREAM w14_58 WITH (KAFKA_TOPIC='${out}_58', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 290 AND amount < 295 EMIT CHANGES;
CREATE STREAM w14_59 WITH (KAFKA_TOPIC='${out}_59', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 295 AND amount < 300 EMIT CHANGES;
CREATE STREAM w14_60 WITH (KAFKA_TOPIC='${out}_60', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 300 AND amount < 305 EMIT CHANGES;
CREATE STREAM w14_61 WITH (KAFKA_TOPIC='${out}_61', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 305 AND amount < 310 EMIT CHANGES;
CREATE STREAM w14_62 WITH (KAFKA_TOPIC='${out}_62', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 310 AND amount < 315 EMIT CHANGES;
CREATE STREAM w14_63 WITH (KAFKA_TOPIC='${out}_63', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 315 AND amount < 320 EMIT CHANGES;
CREATE STREAM w14_64 WITH (KAFKA_TOPIC='${out}_64', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 320 AND amount < 325 EMIT CHANGES;
CREATE STREAM w14_65 WITH (KAFKA_TOPIC='${out}_65', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 325 AND amount < 330 EMIT CHANGES;
CREATE STREAM w14_66 WITH (KAFKA_TOPIC='${out}_66', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 330 AND amount < 335 EMIT CHANGES;
CREATE STREAM w14_67 WITH (KAFKA_TOPIC='${out}_67', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 335 AND amount < 340 EMIT CHANGES;
CREATE STREAM w14_68 WITH (KAFKA_TOPIC='${out}_68', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 340 AND amount < 345 EMIT CHANGES;
CREATE STREAM w14_69 WITH (KAFKA_TOPIC='${out}_69', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 345 AND amount < 350 EMIT CHANGES;
CREATE STREAM w14_70 WITH (KAFKA_TOPIC='${out}_70', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 350 AND amount < 355 EMIT CHANGES;
CREATE STREAM w14_71 WITH (KAFKA_TOPIC='${out}_71', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 355 AND amount < 360 EMIT CHANGES;
CREATE STREAM w14_72 WITH (KAFKA_TOPIC='${out}_72', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 360 AND amount < 365 EMIT CHANGES;
CREATE STREAM w14_73 WITH (KAFKA_TOPIC='${out}_73', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 365 AND amount < 370 EMIT CHANGES;
CREATE STREAM w14_74 WITH (KAFKA_TOPIC='${out}_74', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 370 AND amount < 375 EMIT CHANGES;
CREATE STREAM w14_75 WITH (KAFKA_TOPIC='${out}_75', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 375 AND amount < 380 EMIT CHANGES;
CREATE STREAM w14_76 WITH (KAFKA_TOPIC='${out}_76', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 380 AND amount < 385 EMIT CHANGES;
CREATE STREAM w14_77 WITH (KAFKA_TOPIC='${out}_77', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 385 AND amount < 390 EMIT CHANGES;
CREATE STREAM w14_78 WITH (KAFKA_TOPIC='${out}_78', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 390 AND amount < 395 EMIT CHANGES;
CREATE STREAM w14_79 WITH (KAFKA_TOPIC='${out}_79', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 395 AND amount < 400 EMIT CHANGES;
CREATE STREAM w14_80 WITH (KAFKA_TOPIC='${out}_80', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 400 AND amount < 405 EMIT CHANGES;
CREATE STREAM w14_81 WITH (KAFKA_TOPIC='${out}_81', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 405 AND amount < 410 EMIT CHANGES;
CREATE STREAM w14_82 WITH (KAFKA_TOPIC='${out}_82', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 410 AND amount < 415 EMIT CHANGES;
CREATE STREAM w14_83 WITH (KAFKA_TOPIC='${out}_83', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 415 AND amount < 420 EMIT CHANGES;
CREATE STREAM w14_84 WITH (KAFKA_TOPIC='${out}_84', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 420 AND amount < 425 EMIT CHANGES;
CREATE STREAM w14_85 WITH (KAFKA_TOPIC='${out}_85', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 425 AND amount < 430 EMIT CHANGES;
CREATE STREAM w14_86 WITH (KAFKA_TOPIC='${out}_86', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 430 AND amount < 435 EMIT CHANGES;
CREATE STREAM w14_87 WITH (KAFKA_TOPIC='${out}_87', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 435 AND amount < 440 EMIT CHANGES;
CREATE STREAM w14_88 WITH (KAFKA_TOPIC='${out}_88', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 440 AND amount < 445 EMIT CHANGES;
CREATE STREAM w14_89 WITH (KAFKA_TOPIC='${out}_89', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 445 AND amount < 450 EMIT CHANGES;
CREATE STREAM w14_90 WITH (KAFKA_TOPIC='${out}_90', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 450 AND amount < 455 EMIT CHANGES;
CREATE STREAM w14_91 WITH (KAFKA_TOPIC='${out}_91', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 455 AND amount < 460 EMIT CHANGES;
CREATE STREAM w14_92 WITH (KAFKA_TOPIC='${out}_92', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 460 AND amount < 465 EMIT CHANGES;
CREATE STREAM w14_93 WITH (KAFKA_TOPIC='${out}_93', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 465 AND amount < 470 EMIT CHANGES;
CREATE STREAM w14_94 WITH (KAFKA_TOPIC='${out}_94', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 470 AND amount < 475 EMIT CHANGES;
CREATE STREAM w14_95 WITH (KAFKA_TOPIC='${out}_95', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 475 AND amount < 480 EMIT CHANGES;
CREATE STREAM w14_96 WITH (KAFKA_TOPIC='${out}_96', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 480 AND amount < 485 EMIT CHANGES;
CREATE STREAM w14_97 WITH (KAFKA_TOPIC='${out}_97', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 485 AND amount < 490 EMIT CHANGES;
CREATE STREAM w14_98 WITH (KAFKA_TOPIC='${out}_98', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 490 AND amount < 495 EMIT CHANGES;
CREATE STREAM w14_99 WITH (KAFKA_TOPIC='${out}_99', PARTITIONS=4) AS
  SELECT user_id, page, amount FROM views
  WHERE amount >= 495 AND amount < 500 EMIT CHANGES;
