CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer text NOT NULL, amount numeric(10, 2));
INSERT INTO orders (customer, amount) SELECT 'customer ' || i % 100, i FROM generate_series(1, 10000) i;
