// Icons stand beside words and are not read aloud: each would say its own English name, in any
// language. Ant Design draws all of its icons, those inside its own parts too, with this one
// component; what is set here goes before the role and the name that it presets. An icon that is
// the only sign of a button leaves the name to the button.
import AntdIcon from '@ant-design/icons/es/components/AntdIcon';

Object.assign(AntdIcon, {
  defaultProps: { role: undefined, 'aria-label': undefined, 'aria-hidden': true },
});
