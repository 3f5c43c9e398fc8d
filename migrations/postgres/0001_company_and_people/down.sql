DROP TABLE people_counts;
DROP TABLE users;
DROP TABLE company;
DROP FUNCTION count_person;
DROP FUNCTION count_people;
