DROP TABLE people_search;
DROP TABLE people_counts;
DROP TABLE users;
DROP TABLE company;
