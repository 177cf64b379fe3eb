import { Radio, Stack } from '@mantine/core';

export interface Option<V extends string> {
  readonly value: V;
  readonly label: string;
  readonly description?: string;
  readonly testId?: string;
}

interface Props<V extends string> {
  readonly label: string;
  readonly options: readonly Option<V>[];
  readonly value: V;
  readonly onChange: (value: V) => void;
}

/** One of a few, all in sight. */
export function ChoiceField<V extends string>({ label, options, value, onChange }: Props<V>) {
  return (
    <Radio.Group
      label={label}
      value={value}
      onChange={(chosen) => {
        const option = options.find((one) => one.value === chosen);
        if (option !== undefined) onChange(option.value);
      }}
    >
      <Stack gap="xs" mt="xs">
        {options.map((option) => (
          <Radio
            key={option.value}
            value={option.value}
            label={option.label}
            description={option.description}
            data-testid={option.testId}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}
