// eslint.config.js -- what the compiler does not see: rules of hooks, forgotten promises, stray logs.
import hooks from 'eslint-plugin-react-hooks'
import ts from 'typescript-eslint'

export default ts.config(
  ...ts.configs.recommended,
  hooks.configs.flat['recommended-latest'],
  {
    rules: {
      'no-console': 'error',
      eqeqeq: 'error',
      // Loading when the page opens or its question changes is what our data hooks are for.
      'react-hooks/set-state-in-effect': 'off',
    },
  },
)
